import type { JobQueue } from '../connection/queue-backend.ts';

/** The queue in which Bull Board shows copies of dead letters. */
export interface DeadCopiesTarget {
  /** One that fails fast: its server may be away just now. */
  readonly queue: () => Pick<JobQueue, 'add' | 'remove'>;
  /** Whether the letter is still to be settled. */
  readonly isOpen: (eventKey: string) => Promise<boolean>;
}

const pageSize = 100;

/**
 * Moves copies from a queue that Bull Board does not show to the one that it does: letters die on
 * the fallback while that one's server is away. Those whose letter is settled meanwhile are only
 * removed. While that queue or the database do not answer, all stay where they are; cut off in the
 * middle, it is simply done again.
 * @throws when the queue that they come from does not answer.
 */
export async function moveDeadCopies(from: JobQueue, target: DeadCopiesTarget): Promise<void> {
  for (;;) {
    const isAscending = true;
    const copies = await from.getJobs(['waiting'], 0, pageSize - 1, isAscending);
    for (const copy of copies) {
      if (!(await copyTo(target, copy))) return;
      await copy.remove();
    }
    if (copies.length < pageSize) return;
  }
}

/** False where that was not possible now. */
async function copyTo(
  { queue, isOpen }: DeadCopiesTarget,
  { name, data, id = '' }: Awaited<ReturnType<JobQueue['getJobs']>>[number],
): Promise<boolean> {
  try {
    if (!(await isOpen(id))) return true;
    await queue().add(name, data, { jobId: id });
    // It may have been settled since, by one who found no copy to remove.
    if (!(await isOpen(id))) await queue().remove(id);
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies of dead letters that stay for Bull Board to show. The letters themselves are in the
 * database, all of them; Redis must not fill up with copies when everything fails for a day.
 */
const maxDeadCopies = 5_000;
const trimPageSize = 500;

/**
 * Removes the copies behind the newest ones. Found by their place in one reading, and not by a
 * count taken before: of several workers that do so at once, none takes one too many.
 * @throws when the queue does not answer.
 */
export async function trimDeadCopies(deadQueue: JobQueue, max = maxDeadCopies): Promise<void> {
  for (;;) {
    const isAscending = false;
    const last = max + trimPageSize - 1;
    const older = await deadQueue.getJobs(['waiting'], max, last, isAscending);
    if (older.length === 0) return;
    await Promise.all(older.map(async (job) => await job.remove()));
  }
}
