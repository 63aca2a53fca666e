import type { Database } from '../database.ts';

/** A contact after merges. */
export interface MergedContact {
  /** The contact after merges. */
  readonly rootId: string;
  /** Ids of all contacts that were merged into it, itself included. */
  readonly memberIds: readonly string[];
}

/** Finds the contact that this one was merged into. One that was never merged is its own root. */
export async function findMergedContact(
  { prisma }: Database,
  contactId: string,
): Promise<MergedContact> {
  const row = await prisma.contactRoot.findUnique({ where: { contactId } });
  if (row === null) return { rootId: contactId, memberIds: [contactId] };
  const members = await prisma.contactRoot.findMany({
    where: { rootId: row.rootId },
    select: { contactId: true },
    orderBy: { contactId: 'asc' },
  });
  return { rootId: row.rootId, memberIds: members.map((member) => member.contactId) };
}
