import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { requirePast } from '../server-time.ts';
import { inRetriedSession } from '../write/retried-session.ts';
import { textArray } from '../write/text-array.ts';
import { emptyAndMark, emptyLeftBodies, emptyMarked, markedTables } from './empty-rows.ts';
import { isRedactableEvent, isRedactableLetter, oldRows } from './old-rows.ts';
import { emptyingOf, isFull } from './personal-columns.ts';
import { redactOldContacts } from './redact-old-contacts.ts';
import { type AfterBatch, type Pace, walkPages } from './walk-pages.ts';

/** Numbers of rows that were emptied, or removed where a value is a part of their key, by table. */
export type RedactedRows = Readonly<Record<string, number>>;

/**
 * Redacts what was received before an instant: texts, names, identities and the bodies of settled
 * events go; ids, statuses and times stay. It leaves out open letters, unhandled events, tasks that
 * wait or are dead with their events, messages that are not settled, and consents.
 *
 * First it notes the instant, from which on the writer redacts what happened before it. Then it
 * works in transactions of about `batch` rows. After an interruption, the same call does the rest.
 * @param signal ends it after the current transaction.
 * @param afterBatch is awaited after each transaction, with the number of its rows.
 * @throws DatabaseUnavailableError when the database is down, or FutureInstantError: the instant that
 *   is noted never moves back.
 */
export async function redactOld(
  database: Pick<Database, 'pool' | 'limits'>,
  before: Date,
  batch: number,
  signal?: AbortSignal,
  afterBatch: AfterBatch = async () => undefined,
): Promise<RedactedRows> {
  const pace = { signal, afterBatch };
  await requirePast(database, [before]);
  return await whileAvailable(async () => {
    await database.pool.query(noteInstant, [before.toISOString()]);
    const counts: Record<string, number> = {};
    counts['message'] = await redactMessages(database, before, batch, pace);
    counts['callback_event'] = await redactEvents(database, before, batch, pace);
    for (const [table, sql] of walked) {
      counts[table] = await walkPages(database, table, batch, pace, async (range) => {
        const values = [before.toISOString(), ...range];
        return await inRetriedSession(
          database,
          async (session) => (await session.query({ sql }, values)).count,
        );
      });
    }
    counts['contact'] = await redactOldContacts(database, before, batch, pace);
    await emptyLeftBodies(database, batch, signal);
    return counts;
  });
}

/** A later instant of an earlier call stays: what was redacted stays redacted. */
const noteInstant = `
INSERT INTO redaction AS r (before) VALUES ($1)
ON CONFLICT (single) DO UPDATE SET before = excluded.before WHERE excluded.before > r.before`;

/** Rows that another session holds are left for the next call. */
export const selectMessages = `
SELECT sinch_message_id AS id FROM message
WHERE created_at < $1::timestamptz AND emptied_at IS NULL
ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED`;

async function redactMessages(
  database: Pick<Database, 'pool' | 'limits'>,
  before: Date,
  batch: number,
  { signal, afterBatch }: Pace,
): Promise<number> {
  let messages = 0;
  while (signal?.aborted !== true) {
    const count = await inRetriedSession(database, async (session) => {
      const values = [before.toISOString(), batch];
      const { rows } = await session.query<{ id: string }>({ sql: selectMessages }, values);
      const ids = rows.map(({ id }) => id);
      await emptyMarked(session, 'message', ids);
      return ids.length;
    });
    messages += count;
    await afterBatch(count);
    if (count < batch) break;
  }
  return messages;
}

/** From the time of the last one on: those that are left out are not read by every batch. */
export const selectEvents = `
SELECT encode(e.event_digest, 'hex') AS digest, e.received_at::text AS at
FROM callback_event_settled AS e
WHERE e.received_at >= $1::timestamptz AND e.received_at < $2::timestamptz
  AND ${isRedactableEvent}
ORDER BY e.received_at LIMIT $3 FOR UPDATE OF e SKIP LOCKED`;

const emptyEvents = `
UPDATE callback_event_settled AS e SET raw_body = '', raw_body_encoding = 'utf8'
FROM unnest($1::text[], $2::text[]) AS f(digest, at)
WHERE e.event_digest = decode(f.digest, 'hex') AND NOT e.kept
  AND e.received_at = f.at::timestamptz`;

async function redactEvents(
  database: Pick<Database, 'pool' | 'limits'>,
  before: Date,
  batch: number,
  { signal, afterBatch }: Pace,
): Promise<number> {
  let [events, from] = [0, '-infinity'];
  while (signal?.aborted !== true) {
    const count = await inRetriedSession(database, async (session) => {
      const values = [from, before.toISOString(), batch];
      const { rows } = await session.query<{ digest: string; at: string }>(
        { sql: selectEvents },
        values,
      );
      if (rows.length === 0) return 0;
      await session.query({ sql: emptyEvents }, [
        textArray(rows.map(({ digest }) => digest)),
        textArray(rows.map(({ at }) => at)),
      ]);
      from = rows.at(-1)?.at ?? from;
      return rows.length;
    });
    events += count;
    await afterBatch(count);
    if (count < batch) break;
  }
  return events;
}

const inPages = (table: string) => `${table}.ctid >= $2::tid AND ${table}.ctid < $3::tid`;

/** Old rows of a range of pages. A row that is locked is left for the next call. */
function update(
  table: string,
  { isOld = oldRows[table] ?? 'false', assignments = emptyingOf(table) } = {},
): [string, string] {
  const sql = `
UPDATE ${table} SET ${assignments} WHERE ctid = ANY(ARRAY(
  SELECT ${table}.ctid FROM ${table} WHERE ${inPages(table)} AND ${isOld} FOR UPDATE SKIP LOCKED))`;
  return [table, sql];
}

/**
 * The event of a closed letter that was never applied loses its body with the letter. A writer locks
 * the two in the other order: after a deadlock, it is done again.
 */
const letters = `
WITH closed AS (
  SELECT d.event_digest FROM dead_letter AS d
  WHERE d.ctid >= $2::tid AND d.ctid < $3::tid AND ${isRedactableLetter}
  FOR UPDATE SKIP LOCKED
), emptied AS (
  UPDATE callback_event AS e SET raw_body = '', raw_body_encoding = 'utf8'
  FROM closed WHERE e.kept AND e.state = 'DEAD' AND e.event_digest = closed.event_digest
)
UPDATE dead_letter SET ${emptyingOf('dead_letter')},
  resolution = CASE WHEN resolution = 'APPLIED' THEN 'APPLIED' ELSE 'REDACTED' END
FROM closed WHERE dead_letter.event_digest = closed.event_digest`;

const channelsOfEvents = `EXISTS (SELECT FROM event_delivery AS d
    WHERE d.sinch_event_id = event_delivery_channel.sinch_event_id AND d.emptied_at IS NOT NULL)
  AND $1::text IS NOT NULL AND ${isFull('event_delivery_channel')}`;

/** Statements by table, in order: what belongs to a row comes after it. */
const walked: readonly (readonly [table: string, sql: string])[] = [
  ...markedTables.map((table) => update(table, { assignments: emptyAndMark(table) })),
  update('event_delivery_channel', { isOld: channelsOfEvents }),
  ['dead_letter', letters],
  update('dead_letter_run'),
  update('handler_task'),
  update('outbound'),
  update('message_analysis'),
  update('conversation'),
  update('channel_event'),
  update('batch'),
  [
    'capability',
    `DELETE FROM capability WHERE ${inPages('capability')} AND ${oldRows['capability']}`,
  ],
];

/** The tables whose rows a redaction by age counts, and a treatment of deleted contacts. */
export const redactedTables: readonly string[] = [
  'message',
  'callback_event',
  ...walked.map(([table]) => table),
  'contact',
];
