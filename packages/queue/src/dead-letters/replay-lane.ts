import type { CallbackEvent } from '@sinch-callbacks/core';
import type { JobQueue, QueueLocation } from '../connection/queue-backend.ts';
import { openQueueConnection, type QueueConnection } from '../connection/queue-connection.ts';
import { whileQueueAvailable } from '../connection/queue-unavailable.ts';
import { type AttemptRecord, jobDataOf, jobIdOf, readJobData } from '../contract/job-contract.ts';
import { queueNames } from '../contract/queue-names.ts';
import { retryOptions } from '../contract/retry-policy.ts';
import { addDeadCopy, type DeadCopy } from './dead-letter-event.ts';

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
 * rejects with `QueueUnavailableError` when the queue fails or does not answer in time.
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

/**
 * Connects at the first call of each queue. A connection that failed is replaced by the next call.
 * @param timeoutMs the limit for each call, connecting included.
 */
export function openReplayLane(location: QueueLocation, timeoutMs = 5_000): ReplayLane {
  const replays = openQueueConnection(location, queueNames.replay, timeoutMs);
  const letters = openQueueConnection(location, queueNames.dead, timeoutMs);
  /** Calls a queue. Each call is idempotent, since it may be made again over a new connection. */
  const using = async <T>(connection: QueueConnection, call: (queue: JobQueue) => Promise<T>) =>
    await whileQueueAvailable(() => connection.withQueue(call));
  return {
    replay: async (event, replay) =>
      await using(replays, async (queue) => {
        const jobId = jobIdOf(event.key, replay);
        const data = jobDataOf(event, replay);
        await queue.add(event.trigger, data, { ...retryOptions(), jobId });
      }),
    find: async (eventKey, replay) =>
      await using(replays, async (queue) => {
        const job = await queue.getJob(jobIdOf(eventKey, replay));
        if (!job) return { kind: 'absent' };
        const state = await job.getState();
        if (state === 'unknown') return { kind: 'absent' };
        if (state === 'completed') return { kind: 'finished' };
        const reading = readJobData(job.data);
        const attempts = reading.kind === 'readable' ? reading.job.attempts : [];
        return { kind: 'queued', attempts };
      }),
    withdraw: async (eventKey, replay) =>
      await using(replays, async (queue) => (await queue.remove(jobIdOf(eventKey, replay))) === 1),
    hasDead: async (eventKey) =>
      await using(
        letters,
        async (queue) => (await queue.getJob(jobIdOf(eventKey, 0))) !== undefined,
      ),
    restoreDead: async (copy) => await using(letters, (queue) => addDeadCopy(queue, copy)),
    removeDead: async (eventKey) =>
      await using(letters, async (queue) => {
        await queue.remove(jobIdOf(eventKey, 0));
      }),
    async close() {
      await Promise.all([replays.close(), letters.close()]);
    },
  };
}
