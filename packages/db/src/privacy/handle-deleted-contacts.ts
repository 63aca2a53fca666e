import { randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';
import { TooManyIdsError } from '../erase/person.ts';
import { DatabaseUnavailableError, whileAvailable } from '../failure.ts';
import { emptyLeftBodies } from './empty-rows.ts';
import { redactContact } from './redact-contact.ts';
import type { Pace } from './walk-pages.ts';

/** `left`: it could not be treated, and is due again. `interrupted`: the pace's signal ended it. */
export type ContactOutcome = 'done' | 'left' | 'interrupted';

/** The treatment of contacts that were deleted in Sinch, after the time of grace. */
export type OnContactDelete =
  | { readonly kind: 'keep' }
  | { readonly kind: 'redact' }
  | {
      readonly kind: 'erase';
      /** Removes the person with all contacts that were merged into it. */
      readonly erase: (sinchContactId: string, pace: Pace) => Promise<ContactOutcome>;
      /** Returns those of the contacts that are tried after all others. */
      readonly triedLast?: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
    };

export interface ContactsWork {
  /** Rows of a transaction. */
  readonly batch: number;
  readonly pace?: Pace;
  /**
   * Called with a contact that failed, and throws to end the walk. Absent: each failure ends it.
   */
  readonly onFailed?: (sinchContactId: string, error: unknown) => void;
}

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
      AND root.deleted_at < $1::timestamptz)`;

/** In an order that a seed decides, from a place on. */
const selectPage = `
SELECT id, md5(id || $3) AS place FROM (${selectDue}) AS due
WHERE md5(id || $3) > $2 ORDER BY place LIMIT $4`;

const contactsAtOnce = 100;
/** Contacts that fail one after the other for the same cause: it is not in them. */
const maxAlikeInARow = 10;

/**
 * Treats the contacts that Sinch deleted before an instant: that of now, less the days of grace. It
 * also empties bodies that open tasks and letters needed before, and that nothing needs any more. It
 * works in transactions of about `batch` rows. After an interruption, the same call does the rest.
 *
 * A contact that fails does not keep the others from their turn: each call has an order of its own,
 * so that those that always fail are not always first. The call fails after many failures alike.
 * @throws DatabaseUnavailableError when the database is down, or the error of the last contact.
 */
export async function handleDeletedContacts(
  database: Pick<Database, 'pool' | 'limits'>,
  policy: OnContactDelete,
  deletedBefore: Date,
  { batch, pace = atOnce, onFailed = rethrow }: ContactsWork,
): Promise<HandledContacts> {
  if (policy.kind === 'keep') return { contacts: 0 };
  const triedLast = policy.kind === 'erase' ? policy.triedLast : undefined;
  const isAborted = () => pace.signal?.aborted === true;
  const checkRow = limitFailuresInARow();
  let contacts = 0;
  for await (const { id, isLast } of dueContacts(database, deletedBefore, triedLast)) {
    if (isAborted()) break;
    try {
      const outcome =
        policy.kind === 'erase'
          ? await policy.erase(id, pace)
          : await whileAvailable(async () => await redactContact(database, id, batch, pace));
      if (outcome === 'interrupted') break;
      if (outcome === 'done') contacts += 1;
      checkRow(undefined);
    } catch (error) {
      if (isAborted()) break;
      if (error instanceof DatabaseUnavailableError) throw error;
      onFailed(id, error);
      if (!isLast) checkRow(error);
    }
    await pace.afterBatch(1);
  }
  await whileAvailable(async () => await emptyLeftBodies(database, batch, pace.signal));
  return { contacts };
}

const atOnce: Pace = { signal: undefined, afterBatch: async () => undefined };

const rethrow = (_: string, error: unknown) => {
  throw error;
};

/**
 * Creates a check that is called after each contact, and throws the error once too many are alike.
 */
function limitFailuresInARow(): (error: unknown) => void {
  let [cause, count] = ['', 0];
  return (error) => {
    const found = causeOf(error);
    count = found === cause ? count + 1 : 1;
    cause = found;
    if (cause !== '' && count >= maxAlikeInARow) throw error;
  };
}

/** Returns the class by which errors are alike; none where the cause is the contact's own. */
function causeOf(error: unknown): string {
  if (error === undefined || error instanceof TooManyIdsError) return '';
  if (!(error instanceof Error)) return 'unknown';
  return `${error.name} ${'code' in error ? String(error.code) : ''}`;
}

/** Counts the contacts that {@link handleDeletedContacts} would treat. */
export async function countDeletedContacts(
  { pool }: Pick<Database, 'pool'>,
  deletedBefore: Date,
): Promise<number> {
  return await whileAvailable(async () => {
    const sql = `SELECT count(*)::integer AS contacts FROM (${selectDue}) AS due`;
    const values = [deletedBefore.toISOString()];
    return (await pool.query<{ contacts: number }>(sql, values)).rows[0]?.contacts ?? 0;
  });
}

interface DueContact {
  readonly id: string;
  readonly place: string;
}

/** Reads the contacts that are due now, in a new order, those that are tried last at the end. */
async function* dueContacts(
  { pool }: Pick<Database, 'pool'>,
  deletedBefore: Date,
  triedLast: ((ids: readonly string[]) => Promise<ReadonlySet<string>>) | undefined,
): AsyncGenerator<{ readonly id: string; readonly isLast: boolean }> {
  const seed = randomBytes(8).toString('hex');
  const last: string[] = [];
  let after = '';
  for (;;) {
    const values = [deletedBefore.toISOString(), after, seed, contactsAtOnce];
    const { rows } = await whileAvailable(
      async () => await pool.query<DueContact>(selectPage, values),
    );
    const end = rows.at(-1);
    if (end === undefined) break;
    after = end.place;
    const ids = rows.map(({ id }) => id);
    const later = await triedLast?.(ids);
    for (const id of ids) {
      if (later?.has(id)) last.push(id);
      else yield { id, isLast: false };
    }
  }
  for (const id of last) yield { id, isLast: true };
}
