import type { CallbackEvent } from '@sinch-callbacks/core';
import { withDeadline } from './deadline.ts';
import { jobDataOf, jobIdOf } from './job-contract.ts';
import { type JobQueue, openQueue, type QueueLocation } from './queue-backend.ts';
import { queueNames } from './queue-names.ts';
import { type RetryPolicy, retryOptions } from './retry-policy.ts';

export type EnqueueOutcome =
  /** The queue holds it, or held it before. */
  | { readonly kind: 'queued' }
  /** Not queued as far as we know; whoever sent it has to send it again. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface ProducerOptions extends QueueLocation {
  /** How long one call may take, connecting included. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
}

export interface CallbackProducer {
  /**
   * Puts an event on the live queue: one round trip, answered within the timeout. The job id is
   * the event key, so an event that the queue still knows is not added twice.
   */
  enqueue(event: CallbackEvent): Promise<EnqueueOutcome>;
  /** Whether the queue answers within the timeout. Never throws. */
  isReachable(): Promise<boolean>;
  /** Idempotent. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 2_000;

/**
 * A producer for HTTP handlers: nothing connects before the first call, every call is bounded.
 *
 * A connection that failed or hung is dropped and the next call opens a new one. A frozen
 * serverless instance wakes up with a dead socket that would swallow command after command,
 * and a first connection that was refused would be remembered as refused for good.
 */
export function openProducer(options: ProducerOptions): CallbackProducer {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const retry = retryOptions(options.retry);
  let current: JobQueue | undefined;

  async function withQueue<T>(use: (queue: JobQueue) => Promise<T>): Promise<T> {
    const queue = (current ??= openQueue(
      options,
      queueNames.live,
      { kind: 'fail-fast', timeoutMs },
      noteNothing,
    ));
    try {
      return await withDeadline(use(queue), timeoutMs);
    } catch (error) {
      if (!isAnswer(error)) {
        if (current === queue) current = undefined;
        void closeQuietly(queue);
      }
      throw error;
    }
  }

  return {
    async enqueue(event) {
      const data = jobDataOf(event, 0);
      const jobId = jobIdOf(event.key, 0);
      try {
        await withQueue((queue) => queue.add(event.trigger, data, { ...retry, jobId }));
        return { kind: 'queued' };
      } catch (error) {
        return { kind: 'unavailable', reason: describe(error) };
      }
    },
    async isReachable() {
      try {
        await withQueue((queue) => queue.getWaitingCount());
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      const queue = current;
      current = undefined;
      if (queue !== undefined) await closeQuietly(queue);
    },
  };
}

/** Every call that fails says so itself; between calls there is nobody to tell. */
function noteNothing(): void {
  return;
}

async function closeQuietly(queue: JobQueue): Promise<void> {
  try {
    await queue.disconnect();
  } catch {
    // It is being thrown away because it does not work.
  }
}

/** Whether the server itself refused, such as Redis without memory: the connection is sound. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The kind of trouble, without hosts or credentials. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : error.name;
}
