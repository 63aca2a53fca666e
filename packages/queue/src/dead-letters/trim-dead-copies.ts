import type { JobQueue } from '../connection/queue-backend.ts';

/**
 * Copies of dead letters that stay for Bull Board to show. The letters themselves are in the
 * database, all of them; Redis must not fill up with copies when everything fails for a day.
 */
const maxDeadCopies = 5_000;
const pageSize = 500;

/**
 * Removes the copies behind the newest ones. Found by their place in one reading, and not by a
 * count taken before: of several workers that do so at once, none takes one too many.
 * @throws when the queue does not answer.
 */
export async function trimDeadCopies(deadQueue: JobQueue, max = maxDeadCopies): Promise<void> {
  for (;;) {
    const isAscending = false;
    const last = max + pageSize - 1;
    const older = await deadQueue.getJobs(['waiting'], max, last, isAscending);
    if (older.length === 0) return;
    await Promise.all(older.map(async (job) => await job.remove()));
  }
}
