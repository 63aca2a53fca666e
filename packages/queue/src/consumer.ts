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

export function openConsumer(options: ConsumerOptions): Consumer {
  const { onConnectionError } = options;
  const name = queueNames[options.lane];
  const waiting = { kind: 'wait' } as const;
  const deadQueue = openQueue(options, queueNames.dead, waiting, onConnectionError);
  const laneQueue = openQueue(options, name, waiting, onConnectionError);
  const stop = new AbortController();
  let worker: JobWorker | undefined;
  let sweep: NodeJS.Timeout | undefined;
  let finished = 0;

  function openLaneWorker(): JobWorker {
    const opened = openWorker(
      options,
      name,
      async (job, token) => await processJob(job, token, deadQueue, options),
      {
        concurrency: options.concurrency,
        lockDuration: lockDurationMs,
        stalledInterval: stalledIntervalMs,
        maxStalledCount,
        runRetryDelay: commandRetryMs,
        removeOnComplete: keepCompleted,
        ...(options.ratePerSecond && { limiter: { max: options.ratePerSecond, duration: 1_000 } }),
      },
      onConnectionError,
    );
    const count = () => {
      finished += 1;
    };
    return opened.on('completed', count).on('failed', count);
  }

  async function sweepOnce(): Promise<void> {
    try {
      await quarantineFailedJobs(laneQueue, deadQueue, options);
    } catch (error) {
      onConnectionError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  return {
    async start() {
      while (!stop.signal.aborted) {
        const opened = openLaneWorker();
        try {
          await opened.waitUntilReady();
          worker = opened;
          break;
        } catch (error) {
          // A worker whose first connection failed stays useless, so the next try takes a new one.
          onConnectionError(error instanceof Error ? error : new Error(String(error)));
          await closeAll([opened]);
          await pause(connectRetryMs, stop.signal);
        }
      }
      if (worker === undefined || stop.signal.aborted) return;
      void worker.run().catch(onConnectionError);
      await sweepOnce();
      sweep = setInterval(() => void sweepOnce(), quarantineIntervalMs);
    },
    async stopTaking() {
      stop.abort();
      clearInterval(sweep);
      await worker?.pause();
    },
    async close() {
      stop.abort();
      clearInterval(sweep);
      await closeAll([worker, laneQueue, deadQueue]);
    },
    finishedJobs: () => finished,
    countWaiting: async () => await laneQueue.getWaitingCount(),
  };
}

async function closeAll(parts: readonly (JobWorker | JobQueue | undefined)[]): Promise<void> {
  for (const part of parts) await part?.close();
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
