import { setTimeout as sleep } from 'node:timers/promises';
import type { JobTracker } from '../connection/backoff-worker.ts';
import { withDeadline } from '../connection/deadline.ts';
import { isUnavailable } from '../connection/is-unavailable.ts';
import {
  type JobQueue,
  type JobWorker,
  openQueue,
  openWorker,
  type QueueLocation,
} from '../connection/queue-backend.ts';
import { bodyLengthOf, type QueueJob } from '../contract/job-contract.ts';
import { type Lane, queueNames } from '../contract/queue-names.ts';
import { type DeadCopiesTarget, moveDeadCopies } from '../dead-letters/move-dead-copies.ts';
import { trimDeadCopies } from '../dead-letters/trim-dead-copies.ts';
import { type ByteBudget, createByteBudget } from './byte-budget.ts';
import { type ConsumerTimings, defaultTimings } from './consumer-timings.ts';
import { type LaneStock, readLaneStock } from './lane-stock.ts';
import { type HandleEvent, type JobSteps, processJob } from './process-job.ts';
import { maxStalledCount, quarantineFailedJobs } from './quarantine.ts';
import { createSharedExclusiveLock, type SharedExclusiveLock } from './shared-exclusive-lock.ts';

export interface ConsumerOptions extends QueueLocation, JobSteps {
  readonly lane: Lane;
  /** Jobs in progress at the most. */
  readonly concurrency: number;
  /** Jobs a second at the most. Absent: no limit. */
  readonly ratePerSecond?: number;
  /** Called with each connection error. The consumer reconnects by itself. */
  readonly onConnectionError: (error: Error) => void;
  /** Shared by all consumers of a process: a suspect job is tried while the process does nothing else. */
  readonly trialLock?: SharedExclusiveLock;
  /** Likewise, for the bodies that are fetched and not dealt with; 64 MiB when absent. */
  readonly bytes?: ByteBudget;
  /** For a queue that Bull Board does not show: where copies of its dead letters are seen. */
  readonly deadCopiesTarget?: DeadCopiesTarget;
  /** For tests of what takes long. */
  readonly timings?: Partial<ConsumerTimings>;
}

/**
 * Reads one lane. Life: `start` connects, waiting as long as that takes, and takes jobs until
 * `stopTaking`; `close` lets go of the connection. Each may be called once, in this order, and
 * the later ones without the earlier.
 */
export interface Consumer {
  /** Resolves when it takes jobs; also when it was stopped before it could. */
  start(): Promise<void>;
  /** Takes no more jobs and waits for those in hand. */
  stopTaking(): Promise<void>;
  close(): Promise<void>;
  /** Jobs dealt with so far, in whatever way. For telling work from a standstill. */
  finishedJobs(): number;
  /** Jobs in progress now. */
  jobsInProgress(): number;
  /** Tells the job that is in hand for the longest time from others; `undefined` for none. */
  oldestInHand(): number | undefined;
  /** Errors so far that say that the queue's server cannot be used. */
  connectionErrors(): number;
  /** Whether the queue's server could not be used when it was last asked for a job. */
  isRefused(): boolean;
  /** Jobs that wait to be taken and may be. @throws when the queue does not answer in time. */
  countWaiting(): Promise<number>;
  /** What lies in the lane's queue. @throws when it does not answer. */
  stock(): Promise<LaneStock>;
  /** Jobs in hand at the most, from now on. Those that are too many are finished. */
  setConcurrency(concurrency: number): void;
}

const connectRetryMs = 1_000;
/** For what a watch asks. */
const answerTimeoutMs = 10_000;
const maxFinished = 2_000;
/** Of bodies in progress, each of which is in memory several times over while it is applied. */
export const maxFetchedBytes = 64 * 1024 * 1024;

/** What a consumer works with, once it is connected. */
interface Connected {
  readonly worker: JobWorker;
  readonly laneQueue: JobQueue;
  readonly deadQueue: JobQueue;
}

export function openConsumer(given: ConsumerOptions): Consumer {
  const timings = { ...defaultTimings, ...given.timings };
  const trialLock = given.trialLock ?? createSharedExclusiveLock();
  const bytes = given.bytes ?? createByteBudget(maxFetchedBytes);
  const tracker: JobTracker = {
    jobFetched: (job) => countFetched(1, job),
    jobFinished: (job) => countFetched(-1, job),
  };
  const options = { ...given, timings, trialLock, onConnectionError, handJob, tracker };
  const stop = new AbortController();
  let connected: Connected | undefined;
  let sweeping: Promise<void> | undefined;
  const inHand = new Set<number>();
  let taken = 0;
  let finished = 0;
  let connectionErrors = 0;
  let fetched = 0;
  let { concurrency } = given;
  bytes.onTurn(limitFetching);

  function onConnectionError(error: Error): void {
    if (isUnavailable(error)) connectionErrors += 1;
    given.onConnectionError(error);
  }

  async function handJob(work: () => Promise<void>): Promise<void> {
    const number = (taken += 1);
    inHand.add(number);
    try {
      await work();
    } finally {
      inHand.delete(number);
      finished += 1;
    }
  }

  function countFetched(by: 1 | -1, job: QueueJob): void {
    fetched += by;
    bytes.change(by * bodyLengthOf(job.data));
    if (bytes.isSpent()) limitFetching();
  }

  /**
   * Fetches nothing more while the bodies in progress take up all the memory they may. A lane that
   * has none fetches one all the same: the large bodies of other lanes must not stop it.
   */
  function limitFetching(): void {
    if (connected === undefined) return;
    const fewer = Math.max(1, Math.min(concurrency, fetched - 1));
    connected.worker.concurrency = bytes.isSpent() ? fewer : concurrency;
  }

  /** A queue that failed to connect cannot be used again, so each attempt opens new ones. */
  async function connect(): Promise<Connected | undefined> {
    while (!stop.signal.aborted) {
      const opened = openParts(options);
      try {
        for (const part of partsOf(opened)) await part.waitUntilReady();
        return opened;
      } catch (error) {
        onConnectionError(asError(error));
        await closeAll(opened);
        await pause(connectRetryMs, stop.signal);
      }
    }
    return undefined;
  }

  /** One sweep after the other, until there is a stop. */
  async function sweepUntilStopped({ laneQueue, deadQueue }: Connected): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await quarantineFailedJobs(laneQueue, deadQueue, options, onConnectionError);
        if (given.deadCopiesTarget) await moveDeadCopies(deadQueue, given.deadCopiesTarget);
        await trimDeadCopies(deadQueue);
        // BullMQ looks at their age only when a job finishes, which may be never.
        await laneQueue.clean(timings.keepFinishedMs, maxFinished, 'completed');
      } catch (error) {
        onConnectionError(asError(error));
      }
      await pause(timings.quarantineIntervalMs, stop.signal);
    }
  }

  return {
    async start() {
      const parts = await connect();
      if (parts === undefined) return;
      connected = parts;
      if (stop.signal.aborted) return;
      limitFetching();
      void parts.worker.run().catch(onConnectionError);
      sweeping = sweepUntilStopped(parts);
    },
    async stopTaking() {
      stop.abort();
      await Promise.all([connected?.worker.pause(), sweeping]);
    },
    async close() {
      stop.abort();
      if (connected !== undefined) await closeAll(connected);
    },
    finishedJobs: () => finished,
    jobsInProgress: () => inHand.size,
    oldestInHand: () => inHand.values().next().value,
    connectionErrors: () => connectionErrors,
    isRefused: () => connected?.worker.isRefused ?? false,
    async countWaiting() {
      if (connected === undefined) throw new Error('the queue was not reached yet');
      const { laneQueue } = connected;
      const asked = Promise.all([laneQueue.isPaused(), laneQueue.getWaitingCount()]);
      const [isPaused, waiting] = await withDeadline(asked, answerTimeoutMs);
      return isPaused ? 0 : waiting;
    },
    async stock() {
      if (connected === undefined) throw new Error('the queue was not reached yet');
      return await readLaneStock(connected.laneQueue, new Date());
    },
    setConcurrency(next) {
      concurrency = next;
      limitFetching();
    },
  };
}

interface PartOptions extends ConsumerOptions {
  readonly timings: ConsumerTimings;
  readonly trialLock: SharedExclusiveLock;
  /** Runs what is done with one job. */
  readonly handJob: (work: () => Promise<void>) => Promise<void>;
  readonly tracker: JobTracker;
}

function openParts(options: PartOptions): Connected {
  const { lane, concurrency, ratePerSecond, onConnectionError, timings, handJob } = options;
  const handle: HandleEvent = async (event, attempt) =>
    await options.trialLock.shared(async () => await options.handle(event, attempt));
  const steps = { ...options, handle };
  const name = queueNames[lane];
  const deadQueue = openQueue(options, queueNames.dead, { kind: 'wait' }, onConnectionError);
  const laneQueue = openQueue(options, name, { kind: 'wait' }, onConnectionError);
  const worker = openWorker(
    options,
    name,
    async (job, token) => await handJob(async () => await processJob(job, token, deadQueue, steps)),
    {
      concurrency,
      lockDuration: timings.lockDurationMs,
      lockRenewTime: timings.lockRenewalMs,
      stalledInterval: timings.stalledIntervalMs,
      maxStalledCount,
      runRetryDelay: timings.commandRetryMs,
      removeOnComplete: { age: timings.keepFinishedMs / 1000, count: maxFinished },
      ...(ratePerSecond && { limiter: { max: ratePerSecond, duration: 1_000 } }),
    },
    onConnectionError,
    options.tracker,
  );
  return { worker, laneQueue, deadQueue };
}

function partsOf({ worker, laneQueue, deadQueue }: Connected): readonly (JobWorker | JobQueue)[] {
  return [worker, laneQueue, deadQueue];
}

async function closeAll(connected: Connected): Promise<void> {
  for (const part of partsOf(connected)) await part.close();
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
