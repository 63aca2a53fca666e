import { setTimeout as sleep } from 'node:timers/promises';
import {
  dropQueue,
  type JobQueue,
  openQueue,
  type QueueLocation,
} from '../connection/queue-backend.ts';
import { queueNames } from '../contract/queue-names.ts';

/** The queues that a dashboard reads: live events by partition, replays, dead letters. */
export interface BoardQueues {
  /** A queue that could not connect at first is replaced by a new one of the same name. */
  readonly queues: readonly JobQueue[];
  /** @param listener is called after each change of `queues`. */
  onRenewed(listener: () => void): void;
  close(): Promise<void>;
}

const renewalPauseMs = 1_000;

/**
 * Opens them in the background. A call fails within five seconds while the server is down, and
 * succeeds once it is up, also when it was down at the start. A BullMQ queue remembers a first
 * connection that failed, so such a queue is opened again until it has connected once.
 */
export function openBoardQueues(
  location: QueueLocation,
  onConnectionError: (error: Error) => void,
  partitions = 1,
): BoardQueues {
  const policy = { kind: 'fail-fast', timeoutMs: 5_000 } as const;
  const closing = new AbortController();
  const listeners: (() => void)[] = [];
  const locations = [
    ...Array.from({ length: partitions }, (_, partition) => ({ name: queueNames.live, partition })),
    { name: queueNames.replay, partition: 0 },
    { name: queueNames.dead, partition: 0 },
  ];
  const queues = locations.map((name) => open(name));
  for (const index of queues.keys()) void connect(index);

  function open({ name, partition }: (typeof locations)[number]): JobQueue {
    return openQueue({ ...location, partition }, name, policy, onConnectionError);
  }

  async function connect(index: number): Promise<void> {
    for (;;) {
      const [queue, name] = [queues[index], locations[index]];
      if (queue === undefined || name === undefined || (await isConnected(queue))) return;
      await dropQueue(queue);
      if (await isClosedAfter(renewalPauseMs)) return;
      queues[index] = open(name);
      for (const listener of listeners) listener();
    }
  }

  async function isClosedAfter(ms: number): Promise<boolean> {
    return await sleep(ms, false, { signal: closing.signal }).catch(() => true);
  }

  return {
    queues,
    onRenewed: (listener) => void listeners.push(listener),
    async close() {
      closing.abort();
      await Promise.all(queues.map(async (queue) => await queue.close()));
    },
  };
}

/** Returns the one with the dead letters. */
export function deadQueueOf({ queues }: Pick<BoardQueues, 'queues'>): JobQueue {
  const dead = queues.at(-1);
  if (dead === undefined) throw new Error('a board has queues');
  return dead;
}

async function isConnected(queue: JobQueue): Promise<boolean> {
  return await queue.waitUntilReady().then(
    () => true,
    () => false,
  );
}
