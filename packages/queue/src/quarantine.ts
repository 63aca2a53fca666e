import { buryLetter, type LetterToBury } from './bury.ts';
import { readJobData } from './job-contract.ts';
import { type JobSteps, malformedLetter } from './process-job.ts';
import type { JobQueue } from './queue-backend.ts';

const pageSize = 100;

/**
 * Buries the jobs that BullMQ itself has failed. Only one thing makes it do so here: a job
 * whose process died again and again while it was in hand. It cannot tell in the process that
 * dies, so whoever is alive sweeps for it, at start and from time to time.
 *
 * A job leaves the failed set only once it is buried, so a crash in the middle loses nothing.
 * @returns how many were buried.
 */
export async function quarantineFailedJobs(
  lane: JobQueue,
  deadQueue: JobQueue,
  steps: Pick<JobSteps, 'recordLetter' | 'report' | 'now'>,
): Promise<number> {
  let buried = 0;
  for (;;) {
    const jobs = await lane.getJobs(['failed'], 0, pageSize - 1);
    if (jobs.length === 0) return buried;
    for (const job of jobs) {
      const letter = letterOf(job, steps.now());
      const result = await buryLetter(deadQueue, steps.recordLetter, letter);
      if (result === 'returned') return buried;
      steps.report({ kind: 'buried', letter });
      await job.remove();
      buried += 1;
    }
  }
}

function letterOf(job: Parameters<typeof malformedLetter>[0], at: Date): LetterToBury {
  const reading = readJobData(job.data);
  if (reading.kind !== 'readable') {
    const problem = reading.kind === 'malformed' ? reading.problem : 'written by a newer release';
    return malformedLetter(job, problem, at);
  }
  const { event, replay, attempts } = reading.job;
  const message = `the process died each time this event was in hand (${job.failedReason})`;
  const record = {
    replay,
    attempt: job.attemptsStarted,
    at: at.toISOString(),
    errorClass: 'quarantined',
    message,
  };
  const history = [...attempts, record];
  return { event, replay, cause: 'quarantined', message, stack: undefined, attempts: history };
}
