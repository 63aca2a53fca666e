import { withoutContactDetails } from '@sinch-callbacks/core';
import type { DeadQueue, JobQueue } from '../connection/queue-backend.ts';
import { type EventJob, type QueueJob, readJobData } from '../contract/job-contract.ts';
import type { DeathCause } from '../contract/retry-policy.ts';
import { deadLetterEvent, type NewDeadLetter } from '../dead-letters/dead-letter-event.ts';
import type { ConsumerTimings } from './consumer-options.ts';
import { handleSafely, type JobSteps, malformedLetter } from './process-job.ts';
import type { SharedExclusiveLock } from './shared-exclusive-lock.ts';

const pageSize = 100;
/** The reason that BullMQ gives a job whose lock expired too often. */
const stalledTooOften = 'job stalled more than allowable limit';
/** BullMQ fails a job when more processes than this have died while they worked on it. */
export const maxStalledCount = 3;
/** A single power cut can end one trial, and two in a row can end two. */
const maxTrials = 3;
/**
 * The most often that one event can end its process before it is quarantined. Two such events may
 * end the same process at first, and then each needs fewer; never does one need more.
 */
export const maxDeathsOfOneEvent = maxStalledCount + 1 + maxTrials;

/** Part of the fingerprint by which dead letters are grouped, so its words stay. */
const diedInTrials =
  'the process died each time this event was in hand, the last times with it alone';

interface QuarantineSteps extends JobSteps {
  readonly timings: Pick<ConsumerTimings, 'trialSilenceMs'>;
  readonly trialLock: SharedExclusiveLock;
}

/**
 * Settles the jobs that BullMQ itself has failed. In nearly all of them the process died, or could
 * not renew their locks, again and again; most of these jobs only ran beside the one that caused
 * it. So each is tried again while the process does nothing else. A trial is marked on the job
 * before it begins, and the mark is renewed while it runs.
 *
 * The states of a failed job, and what moves it on. A sweep of any consumer may do so.
 *
 * - stalled (`failedReason` says so, no `suspectedAt`): a trial begins, with `trials` one higher.
 * - on trial (`suspectedAt` is younger than `trialSilenceMs`): the process of the trial decides.
 *   Applied: the job is removed. A permanent failure, or the last attempt: it is dead-lettered and
 *   removed. A transient failure, a blocked event or a stop: it is stalled again, and the trial is
 *   not counted, because the process survived it.
 * - abandoned (`suspectedAt` is older): the process died in the trial. Another trial begins; after
 *   three it is dead-lettered as quarantined and removed.
 * - failed for any other reason, or unreadable: it is dead-lettered and removed. A finished job is
 *   removed, one of a newer release stays.
 *
 * A crash before the mark leaves the job stalled; one during the trial leaves it abandoned. A
 * crash after the event was applied, or its letter recorded, and before the job is removed,
 * repeats that step: both writes change nothing the second time. So a crash loses nothing.
 *
 * A job that cannot be settled now does not hold up the others.
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
        const isSettled = await settleFailedJob(job, deadQueue, steps);
        // What another worker removed meanwhile is no failure: `job.remove` would call it locked.
        if (!isSettled || (await lane.remove(job.id ?? '')) === 0) left += 1;
      } catch (error) {
        left += 1;
        onError(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
}

/** @returns false when the job has to stay in the failed set. */
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
    const why = withoutContactDetails(job.failedReason);
    return await deadLetter(letterOf(reading.job, 'attempts-exhausted', why));
  }
  const { suspectedAt, trials } = reading.job;
  if (suspectedAt === undefined) return await beginTrial(reading.job);
  if (steps.now().getTime() - Date.parse(suspectedAt) < steps.timings.trialSilenceMs) return false;
  if (trials < maxTrials) return await beginTrial(reading.job);
  return await deadLetter(letterOf(reading.job, 'quarantined', diedInTrials));

  async function beginTrial(suspect: EventJob): Promise<boolean> {
    return await steps.trialLock.exclusive(async () => await runTrial(suspect));
  }

  async function runTrial(suspect: EventJob): Promise<boolean> {
    await mark(steps.now(), trials + 1);
    // BullMQ counts the attempts on the lane only, not those in trials.
    const attempt = Math.max(job.attemptsMade, suspect.attempts.at(-1)?.attempt ?? 0) + 1;
    const outcome = await whileMarked(() => handleSafely(steps.handle, suspect.event, attempt));
    switch (outcome.kind) {
      case 'done':
        return true;
      case 'returned':
        return await endTrial();
      case 'failed': {
        const { failureClass, message } = outcome;
        if (failureClass === 'blocked') return await endTrial();
        if (failureClass === 'permanent') return await deadLetterOnTrial('permanent', message);
        if (attempt < (job.opts.attempts ?? 1))
          return await recordAttempt(suspect, attempt, message);
        return await deadLetterOnTrial('attempts-exhausted', message);
      }
    }

    /** Renews the mark meanwhile: the letter waits as long as the database is down. */
    async function deadLetterOnTrial(cause: DeathCause, why: string): Promise<boolean> {
      const isDone = await whileMarked(() => deadLetter(letterOf(suspect, cause, why)));
      return isDone || (await endTrial());
    }
  }

  /** Counts an ordinary attempt, since the process survived it. The next sweep tries again. */
  async function recordAttempt(
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

  /** Leaves the job stalled, as if this trial had not been. */
  async function endTrial(): Promise<false> {
    await mark(undefined, trials);
    return false;
  }

  async function mark(at: Date | undefined, trialsBegun: number): Promise<void> {
    await job.updateData({ ...job.data, suspectedAt: at?.toISOString(), trials: trialsBegun });
  }

  /** Renews the mark: a trial may wait long for the database, and must not look abandoned. */
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
