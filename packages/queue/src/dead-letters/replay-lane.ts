import type { CallbackEvent } from '@sinch-callbacks/core';
import { openQueue, type QueueLocation } from '../connection/queue-backend.ts';
import { type AttemptRecord, jobDataOf, jobIdOf, readJobData } from '../contract/job-contract.ts';
import { queueNames } from '../contract/queue-names.ts';
import { retryOptions } from '../contract/retry-policy.ts';
import { addDeadCopy, type DeadCopy } from './dead-letter-event.ts';

/** What the lane knows of a replay. */
export type ReplayState =
  /** Nothing: it never came, it was withdrawn, or it is over and forgotten. */
  | { readonly kind: 'absent' }
  /** It is to be tried, or tried again after these attempts, or in a worker's hands. */
  | { readonly kind: 'queued'; readonly attempts: readonly AttemptRecord[] }
  /** A worker is done with it, however it ended. */
  | { readonly kind: 'finished' };

/** Puts events back on purpose, and keeps the list of dead letters that Bull Board shows. */
export interface ReplayLane {
  /**
   * Queues the event again under a new job id. The same replay number again adds nothing, so
   * a replay that was cut off in the middle can simply be repeated.
   * @param replay counted from 1.
   */
  replay(event: CallbackEvent, replay: number): Promise<void>;
  find(eventKey: string, replay: number): Promise<ReplayState>;
  /** Takes a replay off the lane. False when a worker has it in hand: then it is too late. */
  withdraw(eventKey: string, replay: number): Promise<boolean>;
  /** Whether the dead letters' queue has the event's copy. */
  hasDead(eventKey: string): Promise<boolean>;
  /** Puts the copy back; what is there already stays as it is. */
  restoreDead(copy: DeadCopy): Promise<void>;
  /** Removes the event's copy from the dead letters' queue. It need not be there. */
  removeDead(eventKey: string): Promise<void>;
  close(): Promise<void>;
}

/** @param timeoutMs for each call; it throws when the queue does not answer by then. */
export function openReplayLane(location: QueueLocation, timeoutMs = 5_000): ReplayLane {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  // Every call rejects by itself when the connection is broken.
  const replayQueue = openQueue(location, queueNames.replay, policy, () => undefined);
  const deadQueue = openQueue(location, queueNames.dead, policy, () => undefined);
  return {
    async replay(event, replay) {
      const jobId = jobIdOf(event.key, replay);
      await replayQueue.add(event.trigger, jobDataOf(event, replay), { ...retryOptions(), jobId });
    },
    async find(eventKey, replay) {
      const job = await replayQueue.getJob(jobIdOf(eventKey, replay));
      if (!job) return { kind: 'absent' };
      const state = await job.getState();
      if (state === 'unknown') return { kind: 'absent' };
      if (state === 'completed') return { kind: 'finished' };
      const reading = readJobData(job.data);
      return { kind: 'queued', attempts: reading.kind === 'readable' ? reading.job.attempts : [] };
    },
    async withdraw(eventKey, replay) {
      return (await replayQueue.remove(jobIdOf(eventKey, replay))) === 1;
    },
    async hasDead(eventKey) {
      return (await deadQueue.getJob(jobIdOf(eventKey, 0))) !== undefined;
    },
    restoreDead: async (copy) => await addDeadCopy(deadQueue, copy),
    async removeDead(eventKey) {
      await deadQueue.remove(jobIdOf(eventKey, 0));
    },
    async close() {
      await Promise.all([replayQueue.close(), deadQueue.close()]);
    },
  };
}
