import { setTimeout as sleep } from 'node:timers/promises';
import { type JobQueue, openQueue, type QueueLocation } from '../connection/queue-backend.ts';
import { queueNames } from '../contract/queue-names.ts';

/** The queues for a dashboard to read: live events by partition, replays, dead letters. */
export interface BoardQueues {
  /** A queue that could not connect at first is replaced by a new one of the same name. */
  readonly queues: readonly JobQueue[];
  /** @param listener told whenever `queues` has changed. */
  onRenewed(listener: () => void): void;
  close(): Promise<void>;
}

const renewalPauseMs = 1_000;

/**
 * Opens them in the background. Each question fails within five seconds where its server is away,
 * and is answered once that is back, also when it was away from the beginning: BullMQ's queues
 * remember a first connection that failed, so such a queue is opened again until it has connected
 * once.
 */
export function openBoardQueues(
  location: QueueLocation,
  onConnectionError: (error: Error) => void,
  partitions = 1,
): BoardQueues {
  const policy = { kind: 'fail-fast', timeoutMs: 5_000 } as const;
  const closing = new AbortController();
  const listeners: (() => void)[] = [];
  const places = [
    ...Array.from({ length: partitions }, (_, partition) => ({ name: queueNames.live, partition })),
    { name: queueNames.replay, partition: 0 },
    { name: queueNames.dead, partition: 0 },
  ];
  const queues = places.map((place) => open(place));
  for (const index of queues.keys()) void connect(index);

  function open({ name, partition }: (typeof places)[number]): JobQueue {
    return openQueue({ ...location, partition }, name, policy, onConnectionError);
  }

  async function connect(index: number): Promise<void> {
    for (;;) {
      const [queue, place] = [queues[index], places[index]];
      if (queue === undefined || place === undefined || (await isThere(queue))) return;
      await queue.backend.close(true).catch(() => undefined);
      if (await isClosedAfter(renewalPauseMs)) return;
      queues[index] = open(place);
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

/** The one of them with the dead letters. */
export function deadQueueOf({ queues }: Pick<BoardQueues, 'queues'>): JobQueue {
  const dead = queues.at(-1);
  if (dead === undefined) throw new Error('a board has queues');
  return dead;
}

async function isThere(queue: JobQueue): Promise<boolean> {
  return await queue.waitUntilReady().then(
    () => true,
    () => false,
  );
}
