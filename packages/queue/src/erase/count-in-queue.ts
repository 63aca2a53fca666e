import type { QueueLocation } from '../connection/queue-backend.ts';
import { whileQueueAvailable } from '../connection/queue-unavailable.ts';
import { eraseOnce } from './erase-once.ts';
import {
  type ErasedCounts,
  type ErasureRules,
  type JobsLeft,
  noneErased,
} from './erasure-rules.ts';

/** The changes that an erasure would make now, and the jobs that it would wait for. */
export interface QueueCount {
  readonly counts: ErasedCounts;
  readonly left: JobsLeft;
}

/**
 * Counts what `eraseFromQueue` would find on a queue's server at this moment. Sends no command that
 * changes anything. A process that is at work meanwhile may change what was counted.
 * @throws QueueUnavailableError when the server does not answer.
 */
export async function countInQueue(
  location: QueueLocation,
  matches: ErasureRules['matches'],
  redact: ErasureRules['redact'],
): Promise<QueueCount> {
  const counts = noneErased();
  const left: Record<keyof JobsLeft, number> = { active: 0, waiting: 0 };
  await whileQueueAvailable(async () => {
    await eraseOnce(
      location,
      { matches, redact, mode: 'count' },
      {
        visited: () => undefined,
        erased: (place) => void (counts[place] += 1),
        left: (kind) => void (left[kind] += 1),
      },
    );
  });
  return { counts, left };
}
