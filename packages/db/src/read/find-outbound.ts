import type { Database } from '../database.ts';
import type { Prisma } from '../generated/client.ts';
import { type WithoutNulls, withoutNulls } from './without-nulls.ts';

/** All of an outbound message but its request, and what is the sender's alone. */
const outboundColumns = {
  id: true,
  key: true,
  appId: true,
  state: true,
  attempts: true,
  resends: true,
  createdAt: true,
  notBefore: true,
  notAfter: true,
  sendingAt: true,
  settledAt: true,
  sinchMessageId: true,
  contactId: true,
  identities: true,
  errorClass: true,
  errorMessage: true,
} as const satisfies Prisma.OutboundSelect;

/** A message that we were asked to send, and what became of the sending. */
export type OutboundFacts = WithoutNulls<
  Prisma.OutboundGetPayload<{ select: typeof outboundColumns }>
>;

/** Apps that use the same key; there are few apps. */
const maxFound = 20;

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export type OutboundName = 'id' | 'sinchMessageId' | 'key';

/**
 * Finds outbound messages by what names one: the id of the row, Sinch's id, or the caller's key,
 * which several apps may use. The first way that finds something counts.
 */
export async function findOutbound(
  { prisma }: Pick<Database, 'prisma'>,
  text: string,
  ways: readonly OutboundName[] = ['id', 'sinchMessageId', 'key'],
): Promise<readonly OutboundFacts[]> {
  for (const way of ways) {
    if (way === 'id' && !uuid.test(text)) continue;
    const rows = await prisma.outbound.findMany({
      where: { [way]: text },
      select: outboundColumns,
      orderBy: { position: 'asc' },
      take: maxFound,
    });
    if (rows.length > 0) return rows.map(withoutNulls);
  }
  return [];
}
