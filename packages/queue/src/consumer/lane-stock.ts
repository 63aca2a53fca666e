import type { JobQueue } from '../connection/queue-backend.ts';

const stockStates = ['waiting', 'active', 'delayed', 'failed'] as const;
type StockState = (typeof stockStates)[number];

/** What lies in one queue. */
export interface LaneStock {
  readonly jobs: Readonly<Record<StockState, number>>;
  /** For how long the first in line has been on the queue; 0 where none is. */
  readonly oldestAgeMs: Readonly<Record<'waiting' | 'active', number>>;
}

/** @throws when the queue does not answer. */
export async function readLaneStock(queue: JobQueue, now: Date): Promise<LaneStock> {
  const [counts, waiting, active] = await Promise.all([
    queue.getJobCounts(...stockStates),
    oldestAge('waiting'),
    oldestAge('active'),
  ]);
  const { failed = 0, delayed = 0 } = counts;
  return {
    jobs: { waiting: counts['waiting'] ?? 0, active: counts['active'] ?? 0, delayed, failed },
    oldestAgeMs: { waiting, active },
  };

  async function oldestAge(state: 'waiting' | 'active'): Promise<number> {
    const [first] = await queue.getJobs([state], 0, 0, true);
    return first === undefined ? 0 : Math.max(0, now.getTime() - first.timestamp);
  }
}
