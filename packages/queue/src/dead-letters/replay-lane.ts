import type { CallbackEvent } from '@sinch-callbacks/core';
import { openQueue, type QueueLocation } from '../connection/queue-backend.ts';
import { type AttemptRecord, jobDataOf, jobIdOf, readJobData } from '../contract/job-contract.ts';
import { queueNames } from '../contract/queue-names.ts';
import { retryOptions } from '../contract/retry-policy.ts';
import { addDeadCopy, type DeadCopy } from './dead-letter-event.ts';

/** The queue did not take or answer a call: the server is down, too slow, or refuses it. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  readonly code = 'queue-unavailable';

  /** @param cause an error of the queue's client, or its message. */
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the queue cannot be used: ${reason}`, { cause });
  }
}

/** A replay's state on the lane. */
export type ReplayState =
  /** No job: it never came, it was withdrawn, or it is finished and removed. */
  | { readonly kind: 'absent' }
  /** A job that waits, also between attempts, or that a worker has. */
  | { readonly kind: 'queued'; readonly attempts: readonly AttemptRecord[] }
  /** A job that a worker has finished, whatever the outcome. */
  | { readonly kind: 'finished' };

/**
 * The lane of replays, and the list of dead letters that Bull Board shows. Every call but `close`
 * rejects with {@link QueueUnavailableError} when the queue fails or does not answer in time.
 */
export interface ReplayLane {
  /**
   * Queues the event again under a new job id. The same replay number again adds nothing, so
   * repeating a replay that was interrupted is safe.
   * @param replay counted from 1.
   */
  replay(event: CallbackEvent, replay: number): Promise<void>;
  find(eventKey: string, replay: number): Promise<ReplayState>;
  /** Takes a replay off the lane. Returns false when a worker has it: then it is too late. */
  withdraw(eventKey: string, replay: number): Promise<boolean>;
  /** Returns true when the dead letters' queue has the event's copy. */
  hasDead(eventKey: string): Promise<boolean>;
  /** Adds the copy again. A copy that exists stays as it is. */
  restoreDead(copy: DeadCopy): Promise<void>;
  /** Removes the event's copy from the dead letters' queue. It need not exist. */
  removeDead(eventKey: string): Promise<void>;
  close(): Promise<void>;
}

/** @param timeoutMs the limit for each call. */
export function openReplayLane(location: QueueLocation, timeoutMs = 5_000): ReplayLane {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  // Each call rejects when the connection is broken, so its errors need no second listener.
  const replayQueue = openQueue(location, queueNames.replay, policy, () => undefined);
  const deadQueue = openQueue(location, queueNames.dead, policy, () => undefined);
  return {
    replay: async (event, replay) =>
      await asQueueCall(async () => {
        const jobId = jobIdOf(event.key, replay);
        const data = jobDataOf(event, replay);
        await replayQueue.add(event.trigger, data, { ...retryOptions(), jobId });
      }),
    find: async (eventKey, replay) =>
      await asQueueCall(async () => {
        const job = await replayQueue.getJob(jobIdOf(eventKey, replay));
        if (!job) return { kind: 'absent' };
        const state = await job.getState();
        if (state === 'unknown') return { kind: 'absent' };
        if (state === 'completed') return { kind: 'finished' };
        const reading = readJobData(job.data);
        const attempts = reading.kind === 'readable' ? reading.job.attempts : [];
        return { kind: 'queued', attempts };
      }),
    withdraw: async (eventKey, replay) =>
      await asQueueCall(async () => (await replayQueue.remove(jobIdOf(eventKey, replay))) === 1),
    hasDead: async (eventKey) =>
      await asQueueCall(async () => (await deadQueue.getJob(jobIdOf(eventKey, 0))) !== undefined),
    restoreDead: async (copy) => await asQueueCall(() => addDeadCopy(deadQueue, copy)),
    removeDead: async (eventKey) =>
      await asQueueCall(async () => {
        await deadQueue.remove(jobIdOf(eventKey, 0));
      }),
    async close() {
      await Promise.all([replayQueue.close(), deadQueue.close()]);
    },
  };
}

async function asQueueCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new QueueUnavailableError(error);
  }
}
