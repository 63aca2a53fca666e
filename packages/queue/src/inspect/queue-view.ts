import {
  dropQueue,
  ignoreError,
  type JobQueue,
  openQueue,
  type QueueLocation,
} from '../connection/queue-backend.ts';
import { jobIdOf } from '../contract/job-contract.ts';
import { queueNames } from '../contract/queue-names.ts';

/** A reader of the live queue. Each call throws when the queue does not answer. */
export interface QueueView {
  /** Counts the unfinished jobs, those in progress and those delayed included. */
  depth(): Promise<number>;
  /** Returns those of the events whose job is unfinished. */
  findOpen(eventKeys: readonly string[]): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** A failed job is open too: a worker's sweep has not dead-lettered it yet. */
const openStates = ['wait', 'active', 'delayed', 'prioritized', 'failed'] as const;
/** The lookups that are sent together. */
const lookupsAtOnce = 250;

/** Connects at the first call. @param timeoutMs for each command to the server. */
export function openQueueView(location: QueueLocation, timeoutMs = 5_000): QueueView {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  let current: JobQueue | undefined;

  /** A queue that failed is dropped: it may remember a first connection that was refused. */
  async function withQueue<T>(use: (queue: JobQueue) => Promise<T>, ifUnprepared: T): Promise<T> {
    const queue = (current ??= openQueue(location, queueNames.live, policy, ignoreError));
    try {
      return await use(queue);
    } catch (error) {
      if (current === queue) current = undefined;
      await dropQueue(queue);
      if (isUnprepared(error)) return ifUnprepared;
      throw error;
    }
  }

  async function findOpen(queue: JobQueue, eventKeys: readonly string[]): Promise<string[]> {
    const states = await Promise.all(eventKeys.map((key) => queue.getJobState(jobIdOf(key, 0))));
    return eventKeys.filter((_, index) => isOpen(states[index]));
  }

  return {
    async depth() {
      return await withQueue(async (queue) => {
        const counts = await queue.getJobCounts(...openStates);
        return Object.values(counts).reduce((sum, count) => sum + count, 0);
      }, 0);
    },
    async findOpen(eventKeys) {
      const open = new Set<string>();
      for (let from = 0; from < eventKeys.length; from += lookupsAtOnce) {
        const some = eventKeys.slice(from, from + lookupsAtOnce);
        for (const key of await withQueue((queue) => findOpen(queue, some), [])) open.add(key);
      }
      return open;
    },
    async close() {
      const queue = current;
      current = undefined;
      if (queue !== undefined) await dropQueue(queue);
    },
  };
}

function isOpen(state: Awaited<ReturnType<JobQueue['getJobState']>> | undefined): boolean {
  return state !== undefined && state !== 'unknown' && state !== 'completed';
}

/** True when the queue has no tables, so nothing was ever queued. Only Postgres has tables. */
function isUnprepared(error: unknown): boolean {
  return error instanceof Error && error.name === 'SchemaMigrationRequiredError';
}
