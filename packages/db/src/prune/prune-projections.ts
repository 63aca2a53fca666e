import type { ExpiringTable } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { type Proceed, toTheEnd } from './proceed.ts';

/** Tables of projections that can be told to expire. */
export type ExpiringProjection = Exclude<ExpiringTable, 'outbound'>;

interface Projection {
  readonly key: string;
  /** Tables whose rows are part of a row, and go with it. */
  readonly parts: readonly string[];
}

const projections = {
  message: {
    key: 'sinch_message_id',
    parts: ['message_failure', 'message_status', 'message_channel'],
  },
  message_analysis: { key: 'sinch_message_id', parts: [] },
  conversation: { key: 'sinch_conversation_id', parts: [] },
  inbound_event: { key: 'id', parts: ['reaction'] },
  unsupported: { key: 'id', parts: [] },
  event_delivery: { key: 'sinch_event_id', parts: ['event_delivery_channel'] },
  channel_event: { key: 'content_digest', parts: [] },
  record: { key: 'entity_id', parts: [] },
  batch: { key: 'batch_id', parts: [] },
  capability: { key: 'identity', parts: [] },
} as const satisfies Readonly<Record<ExpiringProjection, Projection>>;

/** Blocks of a table that are looked through at once: of some dozen rows each. */
const blocksInBatch = 50;

/** Rows to which nothing has happened since: each event about one sets `updated_at`. */
const isOld = 't.updated_at < $1::timestamptz';

/**
 * Removes the rows of one table that no event has changed since `cutoff`, with their parts, in
 * batches. Rows that another session holds are skipped: they are being changed. Returns their
 * number, without that of the parts. The table is read once, so no index is needed.
 *
 * A later event about what was removed makes a row again, with what that event says.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function pruneProjection(
  { pool }: Pick<Database, 'pool'>,
  table: ExpiringProjection,
  cutoff: Date,
  proceed: Proceed = toTheEnd,
): Promise<number> {
  const sql = deleteFrom(table, projections[table]);
  return await whileAvailable(async () => {
    const { rows: sizes } = await pool.query<{ blocks: number }>(
      `SELECT (pg_relation_size('${table}') / current_setting('block_size')::integer)::integer AS blocks`,
    );
    const blocks = sizes[0]?.blocks ?? 0;
    let removed = 0;
    for (let block = 0; block < blocks; block += blocksInBatch) {
      const range = [`(${block},0)`, `(${block + blocksInBatch},0)`];
      const { rows } = await pool.query<{ removed: number }>(sql, [cutoff.toISOString(), ...range]);
      const inBatch = rows[0]?.removed ?? 0;
      removed += inBatch;
      if (!(await proceed(inBatch))) break;
    }
    return removed;
  });
}

/**
 * A writer locks a row before it writes the row's parts: it waits for this statement, and then
 * makes the row again.
 */
function deleteFrom(table: string, { key, parts }: Projection): string {
  const theirParts = parts.map(
    (part) => `, of_${part} AS (DELETE FROM ${part} WHERE ${key} IN (SELECT ${key} FROM removed))`,
  );
  return `
WITH removed AS (
  DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
    SELECT t.ctid FROM ${table} AS t
    WHERE ${isOld} AND t.ctid >= $2::tid AND t.ctid < $3::tid FOR UPDATE SKIP LOCKED))
  RETURNING ${key}
)${theirParts.join('')}
SELECT count(*)::integer AS removed FROM removed`;
}

/** Counts what {@link pruneProjection} would remove. @throws DatabaseUnavailableError. */
export async function countPrunableProjection(
  { pool }: Pick<Database, 'pool'>,
  table: ExpiringProjection,
  cutoff: Date,
): Promise<number> {
  const { rows } = await whileAvailable(
    async () =>
      await pool.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM ${table} AS t WHERE ${isOld}`,
        [cutoff.toISOString()],
      ),
  );
  return rows[0]?.count ?? 0;
}
