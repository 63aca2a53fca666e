import type { JobTracker } from '../connection/backoff-worker.ts';
import {
  type JobQueue,
  type JobWorker,
  openQueue,
  openWorker,
} from '../connection/queue-backend.ts';
import { queueNames } from '../contract/queue-names.ts';
import type { ConsumerOptions, ConsumerTimings } from './consumer-options.ts';
import { type HandleEvent, processJob } from './process-job.ts';
import { maxStalledCount } from './quarantine.ts';
import type { SharedExclusiveLock } from './shared-exclusive-lock.ts';

/** The most finished jobs that a lane keeps. */
export const maxFinished = 2_000;

/** A consumer's worker and the queues that it reads and writes. */
export interface LaneConnection {
  readonly worker: JobWorker;
  readonly laneQueue: JobQueue;
  readonly deadQueue: JobQueue;
}

export interface LaneConnectionOptions extends ConsumerOptions {
  readonly timings: ConsumerTimings;
  readonly trialLock: SharedExclusiveLock;
  /** Runs the work on one job. */
  readonly runJob: (work: () => Promise<void>) => Promise<void>;
  readonly tracker: JobTracker;
}

/** Opens the worker and the queues. They connect at once, in the background. */
export function openLaneConnection(options: LaneConnectionOptions): LaneConnection {
  const { lane, concurrency, ratePerSecond, onConnectionError, timings, runJob } = options;
  const handle: HandleEvent = async (event, attempt) =>
    await options.trialLock.shared(async () => await options.handle(event, attempt));
  const steps = { ...options, handle };
  const name = queueNames[lane];
  const deadQueue = openQueue(options, queueNames.dead, { kind: 'wait' }, onConnectionError);
  const laneQueue = openQueue(options, name, { kind: 'wait' }, onConnectionError);
  const worker = openWorker(
    options,
    name,
    async (job, token) => await runJob(async () => await processJob(job, token, deadQueue, steps)),
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

/** @throws when one of them cannot connect. */
export async function waitUntilConnected(connection: LaneConnection): Promise<void> {
  for (const part of partsOf(connection)) await part.waitUntilReady();
}

export async function closeLaneConnection(connection: LaneConnection): Promise<void> {
  for (const part of partsOf(connection)) await part.close();
}

function partsOf({
  worker,
  laneQueue,
  deadQueue,
}: LaneConnection): readonly (JobWorker | JobQueue)[] {
  return [worker, laneQueue, deadQueue];
}
