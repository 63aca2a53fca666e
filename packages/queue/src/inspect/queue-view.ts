import { type JobQueue, openQueue, type QueueLocation } from '../connection/queue-backend.ts';
import { jobIdOf } from '../contract/job-contract.ts';
import { queueNames } from '../contract/queue-names.ts';

/** Looks at the live queue without changing it. Each call throws when the queue does not answer. */
export interface QueueView {
  /** Jobs that are still to be worked on, those in workers' hands and those put off included. */
  depth(): Promise<number>;
  /** Those of the events whose job is still to be worked on. */
  findOpen(eventKeys: readonly string[]): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** A failed job is open too: a worker's sweep has yet to dead-letter it. */
const openStates = ['wait', 'active', 'delayed', 'prioritized', 'failed'] as const;
/** Asked for at once; the server answers them in one go. */
const lookupsAtOnce = 250;

/** @param timeoutMs for each question to the server. */
export function openQueueView(location: QueueLocation, timeoutMs = 5_000): QueueView {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  let current: JobQueue | undefined;

  /** A queue that failed is dropped: it may remember a first connection that was refused. */
  async function ask<T>(question: (queue: JobQueue) => Promise<T>, ifNeverMade: T): Promise<T> {
    // Every call rejects by itself when the connection is broken.
    const queue = (current ??= openQueue(location, queueNames.live, policy, () => undefined));
    try {
      return await question(queue);
    } catch (error) {
      if (current === queue) current = undefined;
      await dropQueue(queue);
      if (isNeverMade(error)) return ifNeverMade;
      throw error;
    }
  }

  async function findOpen(queue: JobQueue, eventKeys: readonly string[]): Promise<string[]> {
    const states = await Promise.all(eventKeys.map((key) => queue.getJobState(jobIdOf(key, 0))));
    return eventKeys.filter((_, place) => isOpen(states[place]));
  }

  return {
    async depth() {
      return await ask(async (queue) => {
        const counts = await queue.getJobCounts(...openStates);
        return Object.values(counts).reduce((sum, count) => sum + count, 0);
      }, 0);
    },
    async findOpen(eventKeys) {
      const open = new Set<string>();
      for (let from = 0; from < eventKeys.length; from += lookupsAtOnce) {
        const some = eventKeys.slice(from, from + lookupsAtOnce);
        for (const key of await ask((queue) => findOpen(queue, some), [])) open.add(key);
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

/** By force: a polite end waits for a connection that may never come. */
async function dropQueue(queue: JobQueue): Promise<void> {
  try {
    await queue.backend.close(true);
  } catch {
    // Nothing is asked of it any more.
  }
}

/** Its tables do not exist, so nothing was ever queued in it. Only Postgres has tables. */
function isNeverMade(error: unknown): boolean {
  return error instanceof Error && error.name === 'SchemaMigrationRequiredError';
}
