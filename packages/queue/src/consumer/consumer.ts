import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable, type JobTracker } from '../connection/backoff-worker.ts';
import { withDeadline } from '../connection/deadline.ts';
import type { JobQueue } from '../connection/queue-backend.ts';
import { bodyLengthOf, type QueueJob } from '../contract/job-contract.ts';
import { moveDeadCopies, trimDeadCopies } from '../dead-letters/dead-copies.ts';
import { createByteBudget } from './byte-budget.ts';
import { type ConsumerOptions, defaultTimings } from './consumer-options.ts';
import {
  closeLaneConnection,
  type LaneConnection,
  maxFinished,
  openLaneConnection,
  waitUntilConnected,
} from './lane-connection.ts';
import { quarantineFailedJobs } from './quarantine.ts';
import { createSharedExclusiveLock } from './shared-exclusive-lock.ts';

/**
 * A reader of one lane. Each of `start`, `stopTaking` and `close` may be called once, in this
 * order; the later ones also without the earlier.
 *
 * Its states, what moves it on, and what a crash of the process does:
 *
 * - opened: `start` makes it connecting. A crash loses nothing.
 * - connecting: it has no job. A connection that fails is closed, and another is opened after a
 *   second. The first one that succeeds makes it running. A crash loses nothing.
 * - running: the worker takes jobs, and a sweep settles failed jobs and removes old ones.
 *   `stopTaking` makes it stopping. A crash leaves the jobs in progress locked. Once a lock has
 *   expired, another consumer's check for stalled jobs puts its job back, and no attempt is
 *   counted. A job to which this happens more than `maxStalledCount` times becomes a failed job,
 *   and `quarantineFailedJobs` tries it alone.
 * - stopping: it takes no job, and those in progress finish. The end of the last one, and of the
 *   sweep, makes it stopped. A crash does the same as in running.
 * - stopped: `close` disconnects it. A crash loses nothing.
 */
export interface Consumer {
  /** Resolves when it takes jobs; also when it was stopped before it could. */
  start(): Promise<void>;
  /** Takes no more jobs and waits for those in progress. */
  stopTaking(): Promise<void>;
  close(): Promise<void>;
  /** How many jobs have ended so far, in whatever way: a number that stays the same is a stall. */
  finishedJobs(): number;
  /** How many jobs are in progress now. */
  jobsInProgress(): number;
  /** A number for the job that has been in progress longest; `undefined` while there is none. */
  oldestInProgress(): number | undefined;
  /** How many errors so far say that the queue's server cannot be used. */
  connectionErrors(): number;
  /** True when the queue's server could not be used at the last request for a job. */
  isRefused(): boolean;
  /** Counts the jobs that can be taken now. @throws when the queue does not answer in time. */
  countWaiting(): Promise<number>;
  /** Counts the jobs in the lane's queue. @throws when the queue does not answer. */
  stock(): Promise<LaneStock>;
  /** Sets the most jobs in progress from now on. Jobs above it are finished. */
  setConcurrency(concurrency: number): void;
}

/** The jobs in one queue. */
export interface LaneStock {
  readonly jobs: Readonly<Record<StockState, number>>;
  /** How long the oldest job has been on the queue; 0 where there is none. */
  readonly oldestAgeMs: Readonly<Record<'waiting' | 'active', number>>;
}

type StockState = (typeof stockStates)[number];
const stockStates = ['waiting', 'active', 'delayed', 'failed'] as const;

const connectRetryMs = 1_000;
/** For `countWaiting`. */
const answerTimeoutMs = 10_000;
/** The most bytes of bodies in progress. Applying a body keeps several copies of it in memory. */
export const maxFetchedBytes = 64 * 1024 * 1024;

export function openConsumer(given: ConsumerOptions): Consumer {
  const timings = { ...defaultTimings, ...given.timings };
  const trialLock = given.trialLock ?? createSharedExclusiveLock();
  const bytes = given.bytes ?? createByteBudget(maxFetchedBytes);
  const tracker: JobTracker = {
    jobFetched: (job) => countFetched(1, job),
    jobFinished: (job) => countFetched(-1, job),
  };
  const options = { ...given, timings, trialLock, onConnectionError, runJob, tracker };
  const stop = new AbortController();
  let connected: LaneConnection | undefined;
  let sweeping: Promise<void> | undefined;
  const inProgress = new Set<number>();
  let taken = 0;
  let finished = 0;
  let connectionErrors = 0;
  let fetched = 0;
  let { concurrency } = given;
  bytes.onSpentChange(limitFetching);

  function onConnectionError(error: Error): void {
    if (isUnavailable(error)) connectionErrors += 1;
    given.onConnectionError(error);
  }

  async function runJob(work: () => Promise<void>): Promise<void> {
    const number = (taken += 1);
    inProgress.add(number);
    try {
      await work();
    } finally {
      inProgress.delete(number);
      finished += 1;
    }
  }

  function countFetched(by: 1 | -1, job: QueueJob): void {
    fetched += by;
    bytes.change(by * bodyLengthOf(job.data));
    if (bytes.isSpent()) limitFetching();
  }

  /**
   * Stops fetching while the bodies in progress use all the memory that they may. A lane without
   * a job still fetches one: the large bodies of other lanes must not stop it.
   */
  function limitFetching(): void {
    if (connected === undefined) return;
    const fewer = Math.max(1, Math.min(concurrency, fetched - 1));
    connected.worker.concurrency = bytes.isSpent() ? fewer : concurrency;
  }

  /** A queue that failed to connect cannot be used again, so each attempt opens new ones. */
  async function connect(): Promise<LaneConnection | undefined> {
    while (!stop.signal.aborted) {
      const opened = openLaneConnection(options);
      try {
        await waitUntilConnected(opened);
        return opened;
      } catch (error) {
        onConnectionError(asError(error));
        await closeLaneConnection(opened);
        await pause(connectRetryMs, stop.signal);
      }
    }
    return undefined;
  }

  async function sweepUntilStopped({ laneQueue, deadQueue }: LaneConnection): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await quarantineFailedJobs(laneQueue, deadQueue, options, onConnectionError);
        if (given.deadCopiesTarget) await moveDeadCopies(deadQueue, given.deadCopiesTarget);
        await trimDeadCopies(deadQueue);
        // BullMQ removes old jobs only when another one finishes, which may be never.
        await laneQueue.clean(timings.keepFinishedMs, maxFinished, 'completed');
      } catch (error) {
        onConnectionError(asError(error));
      }
      await pause(timings.quarantineIntervalMs, stop.signal);
    }
  }

  function laneQueueOf(connection: LaneConnection | undefined): JobQueue {
    if (connection === undefined) throw new Error('the queue was not reached yet');
    return connection.laneQueue;
  }

  return {
    async start() {
      const connection = await connect();
      if (connection === undefined) return;
      connected = connection;
      if (stop.signal.aborted) return;
      limitFetching();
      void connection.worker.run().catch(onConnectionError);
      sweeping = sweepUntilStopped(connection);
    },
    async stopTaking() {
      stop.abort();
      await Promise.all([connected?.worker.pause(), sweeping]);
    },
    async close() {
      stop.abort();
      if (connected !== undefined) await closeLaneConnection(connected);
    },
    finishedJobs: () => finished,
    jobsInProgress: () => inProgress.size,
    oldestInProgress: () => inProgress.values().next().value,
    connectionErrors: () => connectionErrors,
    isRefused: () => connected?.worker.isRefused ?? false,
    async countWaiting() {
      const queue = laneQueueOf(connected);
      const asked = Promise.all([queue.isPaused(), queue.getWaitingCount()]);
      const [isPaused, waiting] = await withDeadline(asked, answerTimeoutMs);
      return isPaused ? 0 : waiting;
    },
    stock: async () => await readLaneStock(laneQueueOf(connected), new Date()),
    setConcurrency(next) {
      concurrency = next;
      limitFetching();
    },
  };
}

async function readLaneStock(queue: JobQueue, now: Date): Promise<LaneStock> {
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
