import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { inRetriedSession } from '../write/retried-session.ts';
import { emptyLeftBodies } from './empty-rows.ts';
import { redactContact } from './redact-contact.ts';
import type { AfterBatch } from './walk-pages.ts';

/** The treatment of contacts that were deleted in Sinch, after the time of grace. */
export type OnContactDelete =
  | { readonly kind: 'keep' }
  | { readonly kind: 'redact' }
  /**
   * The caller's function removes the person with all contacts that were merged into it. It returns
   * false where it could not: the contact is due again at the next call.
   */
  | { readonly kind: 'erase'; readonly erase: (sinchContactId: string) => Promise<boolean> };

export interface HandledContacts {
  /** Contacts that are done; those that were merged into one are counted with it. */
  readonly contacts: number;
}

/**
 * Contacts that lived on after all merges, and were then deleted. One that was merged into a contact
 * that lives is a part of it. A member that was emptied alone makes its root due again.
 */
export const selectDue = `
SELECT DISTINCT coalesce(r.root_id, c.sinch_contact_id) AS id
FROM contact AS c LEFT JOIN contact_root AS r ON r.contact_id = c.sinch_contact_id
WHERE c.deleted_at < $1::timestamptz AND c.deleted_at IS NOT NULL AND c.emptied_at IS NULL
  AND EXISTS (SELECT FROM contact AS root
    WHERE root.sinch_contact_id = coalesce(r.root_id, c.sinch_contact_id)
      AND root.deleted_at < $1::timestamptz)
  AND coalesce(r.root_id, c.sinch_contact_id) > $2
ORDER BY id LIMIT $3`;

const contactsAtOnce = 100;

/**
 * Treats the contacts that Sinch deleted before an instant: that of now, less the days of grace. It
 * also empties bodies that open tasks and letters needed before, and that nothing needs any more. It
 * works in transactions of about `batch` rows. After an interruption, the same call does the rest.
 * @param signal ends it after the current transaction.
 * @param afterContact is awaited after each contact.
 * @throws DatabaseUnavailableError when the database is down, or the error of `erase`.
 */
export async function handleDeletedContacts(
  database: Pick<Database, 'pool' | 'limits'>,
  policy: OnContactDelete,
  deletedBefore: Date,
  batch: number,
  signal?: AbortSignal,
  afterContact: AfterBatch = async () => undefined,
): Promise<HandledContacts> {
  if (policy.kind === 'keep') return { contacts: 0 };
  let [contacts, after] = [0, ''];
  for (;;) {
    const due = await findDue(database, deletedBefore, after);
    for (const id of due) {
      if (signal?.aborted === true) return { contacts };
      let isDone = true;
      if (policy.kind === 'erase') isDone = await policy.erase(id);
      else await whileAvailable(async () => await redactContact(database, id, batch, signal));
      if (!isDone) continue;
      contacts += 1;
      await afterContact(1);
    }
    const last = due.at(-1);
    if (last === undefined) break;
    after = last;
  }
  await whileAvailable(async () => {
    await emptyLeftBodies((work) => inRetriedSession(database, work), batch, signal);
  });
  return { contacts };
}

/** Counts the contacts that {@link handleDeletedContacts} would treat. */
export async function countDeletedContacts(
  { pool }: Pick<Database, 'pool'>,
  deletedBefore: Date,
): Promise<number> {
  return await whileAvailable(async () => {
    const sql = `SELECT count(*)::integer AS contacts FROM (${selectDue}) AS due`;
    const values = [deletedBefore.toISOString(), '', null];
    return (await pool.query<{ contacts: number }>(sql, values)).rows[0]?.contacts ?? 0;
  });
}

async function findDue(
  { pool }: Pick<Database, 'pool'>,
  deletedBefore: Date,
  after: string,
): Promise<readonly string[]> {
  return await whileAvailable(async () => {
    const values = [deletedBefore.toISOString(), after, contactsAtOnce];
    return (await pool.query<{ id: string }>(selectDue, values)).rows.map(({ id }) => id);
  });
}
