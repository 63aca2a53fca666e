import { setTimeout as sleep } from 'node:timers/promises';
import { type JobSteps, processJob } from './process-job.ts';
import { quarantineFailedJobs } from './quarantine.ts';
import {
  type JobQueue,
  type JobWorker,
  openQueue,
  openWorker,
  type QueueLocation,
} from './queue-backend.ts';
import { type Lane, queueNames } from './queue-names.ts';
import { trimDeadCopies } from './trim-dead-copies.ts';

export interface ConsumerOptions extends QueueLocation, JobSteps {
  readonly lane: Lane;
  /** Jobs in hand at the most. */
  readonly concurrency: number;
  /** Jobs a second at the most. Absent: no limit. */
  readonly ratePerSecond?: number;
  /** Trouble with the connection. The consumer goes on by itself when it is over. */
  readonly onConnectionError: (error: Error) => void;
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
  /** Jobs finished so far, in whatever way. For telling work from a standstill. */
  finishedJobs(): number;
  /** Jobs that wait to be taken. @throws when the queue does not answer. */
  countWaiting(): Promise<number>;
}

/** A job of a process that died is taken again after its lock has run out. */
const lockDurationMs = 15_000;
const stalledIntervalMs = 5_000;
/**
 * Between tries at a command that failed, such as saying that a job is done. Well under the
 * lock's duration, or a short outage would hand finished jobs to somebody else.
 */
const commandRetryMs = 2_000;
/** Deaths of a process with one event in hand before that event is quarantined. */
const maxStalledCount = 3;
const quarantineIntervalMs = 30_000;
const connectRetryMs = 1_000;
/** Finished jobs are kept as the first guard against doubles, not as an archive. */
const keepCompleted = { age: 6 * 3600, count: 2_000 };

/** What a consumer works with, once it is connected. */
interface Connected {
  readonly worker: JobWorker;
  readonly laneQueue: JobQueue;
  readonly deadQueue: JobQueue;
}

export function openConsumer(options: ConsumerOptions): Consumer {
  const { onConnectionError } = options;
  const stop = new AbortController();
  let connected: Connected | undefined;
  let sweeping: Promise<void> | undefined;
  let finished = 0;

  /** What failed to connect stays useless, so each try opens everything anew. */
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
        await trimDeadCopies(deadQueue);
      } catch (error) {
        onConnectionError(asError(error));
      }
      await pause(quarantineIntervalMs, stop.signal);
    }
  }

  function countFinished(): void {
    finished += 1;
  }

  return {
    async start() {
      const parts = await connect();
      if (parts === undefined) return;
      connected = parts;
      if (stop.signal.aborted) return;
      parts.worker.on('completed', countFinished).on('failed', countFinished);
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
    async countWaiting() {
      if (connected === undefined) throw new Error('the queue was not reached yet');
      return await connected.laneQueue.getWaitingCount();
    },
  };
}

function openParts(options: ConsumerOptions): Connected {
  const { lane, concurrency, ratePerSecond, onConnectionError } = options;
  const name = queueNames[lane];
  const deadQueue = openQueue(options, queueNames.dead, { kind: 'wait' }, onConnectionError);
  const laneQueue = openQueue(options, name, { kind: 'wait' }, onConnectionError);
  const worker = openWorker(
    options,
    name,
    async (job, token) => await processJob(job, token, deadQueue, options),
    {
      concurrency,
      lockDuration: lockDurationMs,
      stalledInterval: stalledIntervalMs,
      maxStalledCount,
      runRetryDelay: commandRetryMs,
      removeOnComplete: keepCompleted,
      ...(ratePerSecond && { limiter: { max: ratePerSecond, duration: 1_000 } }),
    },
    onConnectionError,
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
