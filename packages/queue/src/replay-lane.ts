import type { CallbackEvent } from '@sinch-callbacks/core';
import { jobDataOf, jobIdOf } from './job-contract.ts';
import { openQueue, type QueueLocation } from './queue-backend.ts';
import { queueNames } from './queue-names.ts';
import { retryOptions } from './retry-policy.ts';

/** Puts events back on purpose, and takes dead letters off the list that Bull Board shows. */
export interface ReplayLane {
  /**
   * Queues the event again under a new job id. The same replay number again adds nothing, so
   * a replay that was cut off in the middle can simply be repeated.
   * @param replay counted from 1.
   */
  replay(event: CallbackEvent, replay: number): Promise<void>;
  /** Removes the event's copy from the dead letters' queue. It need not be there. */
  removeDead(eventKey: string): Promise<void>;
  close(): Promise<void>;
}

/** @param timeoutMs for each call; it throws when the queue does not answer by then. */
export function openReplayLane(location: QueueLocation, timeoutMs = 5_000): ReplayLane {
  const patience = { kind: 'fail-fast', timeoutMs } as const;
  // Every call rejects by itself when the connection is broken.
  const replayQueue = openQueue(location, queueNames.replay, patience, () => undefined);
  const deadQueue = openQueue(location, queueNames.dead, patience, () => undefined);
  return {
    async replay(event, replay) {
      const jobId = jobIdOf(event.key, replay);
      await replayQueue.add(event.trigger, jobDataOf(event, replay), { ...retryOptions(), jobId });
    },
    async removeDead(eventKey) {
      await deadQueue.remove(jobIdOf(eventKey, 0));
    },
    async close() {
      await Promise.all([replayQueue.close(), deadQueue.close()]);
    },
  };
}
