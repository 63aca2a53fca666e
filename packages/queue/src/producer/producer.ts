import type { CallbackEvent } from '@sinch-callbacks/core';
import { Job, type JobsOptions } from 'bullmq';
import {
  type JobQueue,
  type QueueBackend,
  type QueueLocation,
  redisOf,
} from '../connection/queue-backend.ts';
import { openQueueConnection } from '../connection/queue-connection.ts';
import { type JobData, jobDataOf, jobIdOf } from '../contract/job-contract.ts';
import { queueNames } from '../contract/queue-names.ts';
import { type RetryPolicy, retryOptions } from '../contract/retry-policy.ts';
import { readInfo, readMemoryUse, readServerInfo } from '../inspect/redis-info.ts';
import { type AnswerCount, addAnswerCounts } from './answer-counts.ts';
import { createMemoryWatch } from './memory-watch.ts';

export type EnqueueOutcome =
  /** The queue holds it, or held it before. */
  | { readonly kind: 'queued' }
  /** It may not be queued: the sender has to send it again. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface ProducerOptions extends QueueLocation {
  /** The limit for one call, connecting included. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
}

export interface CallbackProducer {
  /**
   * Puts an event on the live queue: one round trip, answered within the timeout. The job id is
   * the event key, so an event that the queue still holds is not added twice.
   */
  enqueue(event: CallbackEvent): Promise<EnqueueOutcome>;
  /** Tries by a write, within the timeout, if the queue would take an event now. Never throws. */
  isReachable(): Promise<boolean>;
  /**
   * True when its server will soon refuse events because its memory is full. Answers at once from
   * a reading that is a few seconds old; a queue on Postgres is never nearly full.
   */
  isNearlyFull(): boolean;
  /**
   * Adds to the counts beside the queue, which a worker takes and shows. A queue on Postgres has
   * none: there they are dropped. @throws when Redis does not take them in time.
   */
  addAnswerCounts(counts: readonly AnswerCount[]): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 3_000;

/**
 * Opens a producer for HTTP handlers: nothing connects before the first call, and every call ends
 * within its timeout, connecting included.
 */
export function openProducer(options: ProducerOptions): CallbackProducer {
  const connection = openQueueConnection(
    options,
    queueNames.live,
    options.timeoutMs ?? defaultTimeoutMs,
  );
  const addJob = jobAdder(retryOptions(options.retry));
  const memory = createMemoryWatch(Date.now);

  /** In the background: no event waits for it. */
  function refreshMemoryUse(): void {
    if (options.backend.kind !== 'redis') return;
    memory.refresh(async () => {
      return readMemoryUse(readInfo(await connection.withQueue(readServerInfo)));
    });
  }

  return {
    async enqueue(event) {
      const data = jobDataOf(event, 0);
      const jobId = jobIdOf(event.key, 0);
      try {
        await connection.withQueue((queue) => addJob(queue, event.trigger, data, jobId));
        refreshMemoryUse();
        return { kind: 'queued' };
      } catch (error) {
        return { kind: 'unavailable', reason: describe(error) };
      }
    },
    async isReachable() {
      try {
        await connection.withQueue((queue) => probeWrite(queue, options.backend.kind));
        return true;
      } catch {
        return false;
      }
    },
    isNearlyFull() {
      // No event refreshes it while they all go to the fallback.
      if (memory.isNearlyFull()) refreshMemoryUse();
      return memory.isNearlyFull();
    },
    async addAnswerCounts(counts) {
      if (options.backend.kind !== 'redis') return;
      await connection.withQueue((queue) => addAnswerCounts(queue, counts));
    },
    close: async () => await connection.close(),
  };
}

/** Adds one job, unless the queue holds its id. @throws the error of the server or its client. */
type AddJob = (queue: JobQueue, name: string, data: JobData, jobId: string) => Promise<string>;

/**
 * Adds jobs as `Queue.add` does, by the same call of the queue's backend, but does not make an
 * unused `Job` for each: a single one is the pattern of all that have these options. Under load
 * those were a fifth of the cost of queueing an event. The id is not repeated among the options,
 * where BullMQ never reads it.
 */
export function jobAdder(options: JobsOptions): AddJob {
  let pattern: ReturnType<Job['asJSON']> | undefined;
  return async (queue, name, data, jobId) => {
    pattern ??= new Job(queue, name, data, options).asJSON();
    const own = { id: jobId, name, data: JSON.stringify(data), timestamp: Date.now() };
    return await queue.backend.addJob({ ...pattern, ...own }, jobId);
  };
}

/** Long enough to be written, short enough to leave nothing behind. */
const probeExpiresInMs = 1_000;

/**
 * Rejects when the queue's server would refuse an event now.
 *
 * It writes, because no reading shows every reason to refuse: no memory, a replica, a failed save
 * (MISCONF), too few replicas, a read-only user. Redis refuses a tiny `SET` for each of them; the
 * queue's own key puts it on the queue's own master. On Postgres it is a `DELETE` that matches
 * nothing, which a read-only server refuses as well. The live queue has no rate limit to delete.
 */
async function probeWrite(queue: JobQueue, kind: QueueBackend['kind']): Promise<void> {
  switch (kind) {
    case 'redis': {
      await (await redisOf(queue)).set(queue.toKey('health'), '1', 'PX', probeExpiresInMs);
      return;
    }
    case 'postgres':
      await queue.removeRateLimitKey();
  }
}

/** Names the kind of error, without hosts or credentials. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') return code;
  // Redis' own code: the capitals that its refusal begins with.
  const reply = error.name === 'ReplyError' && /^[A-Z]{2,20}\b/.exec(error.message)?.[0];
  return reply || error.name;
}
