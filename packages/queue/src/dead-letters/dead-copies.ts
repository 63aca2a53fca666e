import type { JobQueue } from '../connection/queue-backend.ts';

/** The queue whose copies of dead letters Bull Board shows. */
export interface DeadCopiesTarget {
  /** Returns a queue that fails fast, since its server may be down. */
  readonly queue: () => Pick<JobQueue, 'add' | 'remove'>;
  /** True while the letter is not settled. */
  readonly isOpen: (eventKey: string) => Promise<boolean>;
}

const pageSize = 100;

/**
 * Moves copies from a queue that Bull Board does not show to the one that it does. Events die on
 * the fallback while the other queue's server is down. A copy whose letter is settled is only
 * removed. While the other queue or the database does not answer, all copies stay where they are.
 * After a crash in the middle it can be repeated.
 * @throws when `from` does not answer.
 */
export async function moveDeadCopies(from: JobQueue, target: DeadCopiesTarget): Promise<void> {
  for (;;) {
    const isAscending = true;
    const copies = await from.getJobs(['waiting'], 0, pageSize - 1, isAscending);
    let removed = 0;
    for (const copy of copies) {
      if (!(await copyTo(target, copy))) return;
      removed += await from.remove(copy.id ?? '');
    }
    // Where none was left to remove, another worker moves the same ones.
    if (copies.length < pageSize || removed === 0) return;
  }
}

/** @returns false when the copy has to stay where it is for now. */
async function copyTo(
  { queue, isOpen }: DeadCopiesTarget,
  { name, data, id = '' }: Awaited<ReturnType<JobQueue['getJobs']>>[number],
): Promise<boolean> {
  try {
    if (!(await isOpen(id))) return true;
    await queue().add(name, data, { jobId: id });
    // The letter may have been settled since, when there was no copy to remove.
    if (!(await isOpen(id))) await queue().remove(id);
    return true;
  } catch {
    return false;
  }
}

/**
 * The most copies that stay for Bull Board to show. The database has all letters; Redis must not
 * fill up with copies when everything fails for a day.
 */
const maxDeadCopies = 5_000;
const trimPageSize = 500;

/**
 * Removes all copies but the newest ones. It finds them by their position in a single read, not by
 * an earlier count: so several workers that do this at once never remove one too many.
 * @throws when the queue does not answer.
 */
export async function trimDeadCopies(deadQueue: JobQueue, max = maxDeadCopies): Promise<void> {
  for (;;) {
    const isAscending = false;
    const last = max + trimPageSize - 1;
    const older = await deadQueue.getJobs(['waiting'], max, last, isAscending);
    const removed = await Promise.all(older.map(({ id = '' }) => deadQueue.remove(id)));
    // All that there were have been removed by other workers.
    if (!removed.includes(1)) return;
  }
}
