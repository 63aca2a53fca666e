import { withDeadline } from '../connection/deadline.ts';
import {
  dropQueue,
  ignoreError,
  openQueue,
  type QueueLocation,
} from '../connection/queue-backend.ts';
import { queueNames } from '../contract/queue-names.ts';

export type PostgresQueueCheck =
  | { readonly kind: 'usable' }
  /** The server is up and refuses what the queue needs, as poolers do. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The queue was never prepared, or a pooler dropped the name of its schema. */
  | { readonly kind: 'unprepared'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

const defaultTimeoutMs = 5_000;
/** Protocol violations: PgBouncer's answer to the startup parameter that names the schema. */
const refusals = /^(?:08P01|0A000)$/;
/** No such schema, table or function. */
const absences = new Set(['3F000', '42P01', '42883']);

/**
 * Opens the queue on Postgres as for an event that cannot be queued on Redis, reads from it and
 * closes it. Bounded in time; never throws.
 */
export async function checkPostgresQueue(
  location: QueueLocation,
  timeoutMs = defaultTimeoutMs,
): Promise<PostgresQueueCheck> {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  const queue = openQueue(location, queueNames.live, policy, ignoreError);
  try {
    await withDeadline(queue.getWaitingCount(), timeoutMs);
    return { kind: 'usable' };
  } catch (error) {
    return classify(error);
  } finally {
    void dropQueue(queue);
  }
}

function classify(error: unknown): PostgresQueueCheck {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const code: unknown = error instanceof Error && Reflect.get(error, 'code');
  const reason = typeof code === 'string' ? `${message} (${code})` : message;
  if (typeof code !== 'string') return { kind: 'unreachable', reason };
  if (refusals.test(code)) return { kind: 'refused', reason };
  return { kind: absences.has(code) ? 'unprepared' : 'unreachable', reason };
}

/** Says how to repair it, for a log and for people. */
export function adviceFor(kind: Exclude<PostgresQueueCheck['kind'], 'usable'>): string {
  switch (kind) {
    case 'refused':
      return 'set DIRECT_URL to Postgres itself: the address given leads to a pooler, behind which the queue in Postgres does not work';
    case 'unprepared':
      return 'run node apps/worker/src/migrate.ts; where that was done, set DIRECT_URL to Postgres itself and not to a pooler';
    case 'unreachable':
      return 'start Postgres, or correct DIRECT_URL (DATABASE_URL where there is none)';
  }
}
