import type { DeadQueue, JobQueue } from '../connection/queue-backend.ts';
import { type EventJob, type QueueJob, readJobData } from '../contract/job-contract.ts';
import type { DeathCause } from '../contract/retry-policy.ts';
import { deadLetterEvent, type NewDeadLetter } from '../dead-letters/dead-letter-event.ts';
import type { ConsumerTimings } from './consumer-timings.ts';
import { handleSafely, type JobSteps, malformedLetter } from './process-job.ts';
import type { SharedExclusiveLock } from './shared-exclusive-lock.ts';

const pageSize = 100;
/** BullMQ's own words for a job whose lock ran out too often. */
const stalledTooOften = 'job stalled more than allowable limit';
/** BullMQ fails a job once more processes than this have died while they worked on it. */
export const maxStalledCount = 3;
/** One such end may be a power cut, and so may two when there is one after the other. */
const maxTrials = 3;
/**
 * How often one event can end its process before it is quarantined. Two such events may die
 * together at first, and then each needs fewer; never does one need more.
 */
export const maxDeathsOfOneEvent = maxStalledCount + 1 + maxTrials;

const diedWithItAlone =
  'the process died each time this event was in hand, the last times with it alone';

interface QuarantineSteps extends JobSteps {
  readonly timings: Pick<ConsumerTimings, 'trialSilenceMs'>;
  readonly trialLock: SharedExclusiveLock;
}

/**
 * Takes care of the jobs that BullMQ itself has failed. Nearly always their process died, or
 * could not renew their locks, again and again while they were in hand; most of them were only
 * near the one that is to blame. So each is tried once more, alone, and says so first and for as
 * long as it lasts: one whose process ends even then is found with a mark that nobody renews. After
 * three such trials it is dead-lettered as quarantined.
 *
 * A job leaves the failed set only once it is applied or dead-lettered, so a crash in the middle loses
 * nothing. One that cannot be dealt with does not hold up the others.
 * @throws when the queue cannot be read.
 */
export async function quarantineFailedJobs(
  lane: JobQueue,
  deadQueue: DeadQueue,
  steps: QuarantineSteps,
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
  steps: QuarantineSteps,
): Promise<boolean> {
  const reading = readJobData(job.data);
  switch (reading.kind) {
    case 'finished':
      return true;
    case 'newer-version':
      return false;
    case 'malformed':
      return await deadLetter(malformedLetter(job, reading.problem, steps.now()));
    case 'readable':
      break;
  }
  if (job.failedReason !== stalledTooOften) {
    return await deadLetter(letterOf(reading.job, 'attempts-exhausted', job.failedReason));
  }
  const { suspectedAt, trials } = reading.job;
  if (suspectedAt === undefined) return await beginTrial(reading.job);
  if (steps.now().getTime() - Date.parse(suspectedAt) < steps.timings.trialSilenceMs) return false;
  if (trials < maxTrials) return await beginTrial(reading.job);
  return await deadLetter(letterOf(reading.job, 'quarantined', diedWithItAlone));

  async function beginTrial(suspect: EventJob): Promise<boolean> {
    return await steps.trialLock.exclusive(async () => await tryAlone(suspect));
  }

  async function tryAlone(suspect: EventJob): Promise<boolean> {
    await mark(steps.now(), trials + 1);
    // BullMQ has counted those on the lane alone.
    const attempt = Math.max(job.attemptsMade, suspect.attempts.at(-1)?.attempt ?? 0) + 1;
    const outcome = await whileMarked(() => handleSafely(steps.handle, suspect.event, attempt));
    switch (outcome.kind) {
      case 'done':
        return true;
      case 'returned':
        return await putBack();
      case 'failed': {
        const { failureClass, message } = outcome;
        if (failureClass === 'blocked') return await putBack();
        if (failureClass === 'permanent')
          return await deadLetter(letterOf(suspect, 'permanent', message));
        if (attempt < (job.opts.attempts ?? 1)) return await noteAttempt(suspect, attempt, message);
        return await deadLetter(letterOf(suspect, 'attempts-exhausted', message));
      }
    }
  }

  /** An ordinary attempt, which the next sweep repeats: the process has survived it. */
  async function noteAttempt(
    { event, replay, attempts }: EventJob,
    attempt: number,
    message: string,
  ): Promise<false> {
    const at = steps.now().toISOString();
    const record = { replay, attempt, at, errorClass: 'transient', message };
    const history = { attempts: [...attempts, record], suspectedAt: undefined, trials };
    await job.updateData({ ...job.data, ...history });
    steps.report({ kind: 'retrying', event, record });
    return false;
  }

  async function putBack(): Promise<false> {
    await mark(undefined, trials);
    return false;
  }

  async function mark(at: Date | undefined, trialsBegun: number): Promise<void> {
    await job.updateData({ ...job.data, suspectedAt: at?.toISOString(), trials: trialsBegun });
  }

  /** A trial may wait long for the database, and others must not take it for dead. */
  async function whileMarked<T>(trial: () => Promise<T>): Promise<T> {
    let marking = Promise.resolve();
    const timer = setInterval(() => {
      marking = mark(steps.now(), trials + 1).catch(() => undefined);
    }, steps.timings.trialSilenceMs / 4);
    try {
      return await trial();
    } finally {
      clearInterval(timer);
      await marking;
    }
  }

  async function deadLetter(letter: NewDeadLetter): Promise<boolean> {
    const result = await deadLetterEvent(deadQueue, steps, letter);
    if (result === 'dead-lettered') steps.report({ kind: 'dead-lettered', letter });
    return result !== 'returned';
  }

  function letterOf(
    { event, replay, attempts }: EventJob,
    cause: DeathCause,
    why: string,
  ): NewDeadLetter {
    const at = steps.now().toISOString();
    const attempt = Math.max(job.attemptsStarted, 1);
    const history = [...attempts, { replay, attempt, at, errorClass: cause, message: why }];
    return { event, replay, cause, message: why, stack: undefined, attempts: history };
  }
}
