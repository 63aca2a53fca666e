import { type JobQueue, type QueueBackend, redisOf } from '../connection/queue-backend.ts';

/** Long enough to be written, short enough to leave nothing behind. */
const expiresInMs = 1_000;

/**
 * Rejects when the queue's server would refuse an event now.
 *
 * A write, since figures would have to be those of every reason to refuse one: no memory, a
 * replica, a failed save (MISCONF), too few replicas, a read-only user. Redis refuses a tiny `SET`
 * for each of them, under the queue's own key and so on its own master. On Postgres it is a
 * `DELETE` that finds nothing, which a read-only server refuses as well; the live queue has no rate
 * limit that it could remove.
 */
export async function probeWrite(queue: JobQueue, kind: QueueBackend['kind']): Promise<void> {
  switch (kind) {
    case 'redis': {
      await (await redisOf(queue)).set(queue.toKey('health'), '1', 'PX', expiresInMs);
      return;
    }
    case 'postgres':
      await queue.removeRateLimitKey();
  }
}
