import pg from 'pg';
import { postgresConnection } from '../../connection/postgres-connection.ts';
import { ignoreError, type QueueLocation } from '../../connection/queue-backend.ts';
import { queueNames } from '../../contract/queue-names.ts';
import {
  eventOfJobId,
  type FoundJobId,
  fitsPattern,
  type JobLane,
  type KeyPattern,
} from './job-ids.ts';

/** No such schema or table. */
const isUnprepared = new Set(['3F000', '42P01']);

const laneOf: Readonly<Record<string, JobLane>> = {
  [queueNames.live]: { lane: 'live', partition: 0 },
  [queueNames.replay]: { lane: 'replay', partition: 0 },
  [queueNames.dead]: { lane: 'dead', partition: 0 },
};

/** Finds job ids that match, at most `limit`. A queue that was never prepared has none. */
export async function findPostgresJobIds(
  location: QueueLocation,
  pattern: KeyPattern,
  limit: number,
  timeoutMs: number,
): Promise<readonly FoundJobId[]> {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  const { schema, ...connection } = postgresConnection(location, policy);
  const client = new pg.Client(connection);
  client.on('error', ignoreError);
  try {
    await client.connect();
    const { rows } = await client.query<{ queue: string; id: string }>(
      `SELECT queue, id FROM ${pg.escapeIdentifier(schema)}.job
       WHERE queue = ANY($1) AND starts_with(id, $2) AND strpos(id, $3) > 0
       ORDER BY queue, id LIMIT $4`,
      [Object.keys(laneOf), pattern.beginning ?? '', `.${pattern.digest ?? ''}`, limit],
    );
    return rows.flatMap(({ queue, id }) => {
      const lane = laneOf[queue];
      const event = eventOfJobId(id);
      const fits = lane !== undefined && event !== undefined && fitsPattern(event.key, pattern);
      return fits ? [{ ...lane, ...event, jobId: id }] : [];
    });
  } catch (error) {
    if (error instanceof pg.DatabaseError && isUnprepared.has(error.code ?? '')) return [];
    throw error;
  } finally {
    await client.end();
  }
}
