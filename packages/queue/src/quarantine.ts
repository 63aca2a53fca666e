import { buryLetter, type LetterToBury } from './bury.ts';
import { type EventJob, readJobData } from './job-contract.ts';
import { handleSafely, type JobSteps, malformedLetter, type QueueJob } from './process-job.ts';
import type { DeadQueue, JobQueue } from './queue-backend.ts';
import type { DeathCause } from './retry-policy.ts';

const pageSize = 100;
/** BullMQ's own words for a job whose lock ran out too often. */
const stalledTooOften = 'job stalled more than allowable limit';
/** A trial that takes longer has ended with its process. */
const trialMs = 120_000;
/** One such end may be a power cut, and so may two when there is one after the other. */
const maxTrials = 3;

/**
 * Takes care of the jobs that BullMQ itself has failed. Nearly always their process died, or
 * could not renew their locks, again and again while they were in hand; most of them were only
 * near the one that is to blame. So each is tried once more, alone, and says so first: one whose
 * process ends even then is found marked. After three such trials it is buried as quarantined.
 *
 * A job leaves the failed set only once it is applied or buried, so a crash in the middle loses
 * nothing. One that cannot be dealt with does not hold up the others.
 * @throws when the queue cannot be read.
 */
export async function quarantineFailedJobs(
  lane: JobQueue,
  deadQueue: DeadQueue,
  steps: JobSteps,
  onError: (error: Error) => void,
): Promise<void> {
  for (let left = 0; ; ) {
    const jobs = await lane.getJobs(['failed'], left, left + pageSize - 1);
    if (jobs.length === 0) return;
    for (const job of jobs) {
      try {
        if (await settleFailedJob(job, deadQueue, steps)) await job.remove();
        else left += 1;
      } catch (error) {
        left += 1;
        onError(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
}

/** Whether the job is done with. */
async function settleFailedJob(
  job: QueueJob,
  deadQueue: DeadQueue,
  steps: JobSteps,
): Promise<boolean> {
  const reading = readJobData(job.data);
  switch (reading.kind) {
    case 'newer-version':
      return false;
    case 'malformed':
      return await bury(malformedLetter(job, reading.problem, steps.now()));
    case 'readable':
      break;
  }
  if (job.failedReason !== stalledTooOften) {
    return await bury(letterOf(reading.job, 'attempts-exhausted', job.failedReason));
  }
  const { suspectedAt, trials } = reading.job;
  if (suspectedAt === undefined) return await tryAlone(reading.job);
  if (steps.now().getTime() - Date.parse(suspectedAt) < trialMs) return false;
  if (trials < maxTrials) return await tryAlone(reading.job);
  const message = 'the process died each time this event was in hand, the last times with it alone';
  return await bury(letterOf(reading.job, 'quarantined', message));

  async function tryAlone(suspect: EventJob): Promise<boolean> {
    const mark = { suspectedAt: steps.now().toISOString(), trials: trials + 1 };
    await job.updateData({ ...job.data, ...mark });
    const outcome = await handleSafely(steps.handle, suspect.event, job.attemptsMade + 1);
    switch (outcome.kind) {
      case 'done':
        return true;
      case 'returned':
        await job.updateData({ ...job.data, suspectedAt: undefined, trials });
        return false;
      case 'failed': {
        const cause = outcome.failureClass === 'permanent' ? 'permanent' : 'attempts-exhausted';
        return await bury(letterOf(suspect, cause, outcome.message));
      }
    }
  }

  async function bury(letter: LetterToBury): Promise<boolean> {
    const result = await buryLetter(deadQueue, steps.recordLetter, letter);
    if (result === 'buried') steps.report({ kind: 'buried', letter });
    return result !== 'returned';
  }

  function letterOf(
    { event, replay, attempts }: EventJob,
    cause: DeathCause,
    why: string,
  ): LetterToBury {
    const at = steps.now().toISOString();
    const attempt = Math.max(job.attemptsStarted, 1);
    const history = [...attempts, { replay, attempt, at, errorClass: cause, message: why }];
    return { event, replay, cause, message: why, stack: undefined, attempts: history };
  }
}
