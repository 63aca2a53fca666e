import { withDeadline } from './deadline.ts';
import {
  dropQueue,
  ignoreError,
  type JobQueue,
  openQueue,
  type QueueLocation,
} from './queue-backend.ts';

/** A connection to a queue that is replaced when it fails. */
export interface QueueConnection {
  /**
   * Calls `use` with the queue, within the timeout. Connects first where there is no connection,
   * and calls `use` again over a new one where an idle one does not answer: it must be idempotent.
   */
  withQueue<T>(use: (queue: JobQueue) => Promise<T>): Promise<T>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A connection that was idle for longer may be dead: a frozen instance does not notice. */
const idleTrustMs = 1_000;
/** The share of the time that an idle connection gets. A new one has to be made in the rest. */
const idleAttemptShare = 1 / 3;
/**
 * How long a connection may take to come up, even when the events that wait for it fail. It needs
 * half a dozen round trips, which to a distant server take longer than one event may.
 */
const comingUpMs = 3_000;

/**
 * Opens nothing before the first call.
 *
 * A connection that failed or hung is dropped, and the next call opens a new one: a frozen
 * serverless instance wakes up with a dead socket that would swallow every command, and BullMQ
 * remembers a refused first connection for good. An idle connection gets a third of the time, so
 * that a new one has the rest. One that is still coming up is kept for later events.
 */
export function openQueueConnection(
  location: QueueLocation,
  name: string,
  timeoutMs: number,
): QueueConnection {
  let current: Opened | undefined;
  // The time of the last question that was answered, not of its answer: an answer that lay in the
  // socket while the instance was frozen does not show that the connection still works.
  let aliveAt = 0;
  // A connection to a cluster takes time to come up, and is not dead meanwhile.
  let openedAt = 0;

  async function withQueue<T>(use: (queue: JobQueue) => Promise<T>): Promise<T> {
    // Wall-clock time: the monotonic clock may stand still while an instance is frozen.
    const idleMs = Date.now() - Math.max(aliveAt, openedAt);
    const isSuspect = current?.state === 'up' && idleMs > idleTrustMs;
    if (!isSuspect) return await tryQueue(use, timeoutMs);
    // A distant server needs as long to answer as it needed to connect.
    const firstMs = Math.min(
      Math.max(timeoutMs * idleAttemptShare, current?.upAfterMs ?? 0),
      timeoutMs,
    );
    try {
      return await tryQueue(use, firstMs);
    } catch (error) {
      if (isAnswer(error) || firstMs === timeoutMs) throw error;
      return await tryQueue(use, timeoutMs - firstMs);
    }
  }

  async function tryQueue<T>(use: (queue: JobQueue) => Promise<T>, limitMs: number): Promise<T> {
    if (current === undefined) openedAt = Date.now();
    const opened = (current ??= open());
    const askedAt = Date.now();
    try {
      const result = await withDeadline(use(opened.queue), limitMs);
      aliveAt = Math.max(aliveAt, askedAt);
      opened.hasAnswered = true;
      return result;
    } catch (error) {
      // A connection that answered later questions is slow, not dead. If one late answer dropped
      // it, all calls over it would fail, and a busy server would have to accept them all again.
      const isAlive = isAnswer(error) || (aliveAt > askedAt && current === opened);
      // A queue remembers why its first connection failed, such as a refused password, for good.
      const isUseless = opened.state === 'failed' || (!isAlive && !isComingUp(opened));
      if (isUseless) {
        if (current === opened) current = undefined;
        void dropQueue(opened.queue);
      }
      throw error;
    }
  }

  function open(): Opened {
    // No timeouts of its own: they would ignore an answer that has arrived and is not read yet.
    const policy = { kind: 'fail-fast', timeoutMs: timeoutMs * 2, isBounded: true } as const;
    return watchOpening(openQueue(location, name, policy, ignoreError));
  }

  return {
    withQueue,
    async close() {
      const queue = current?.queue;
      current = undefined;
      if (queue !== undefined) await dropQueue(queue);
    },
  };
}

/** A queue, and the progress of its first connection. */
interface Opened {
  readonly queue: JobQueue;
  readonly since: number;
  state: 'coming-up' | 'up' | 'failed';
  hasAnswered: boolean;
  /** How long it took to come up; 0 until then. */
  upAfterMs: number;
}

function watchOpening(queue: JobQueue): Opened {
  const since = performance.now();
  const opened: Opened = { queue, since, state: 'coming-up', hasAnswered: false, upAfterMs: 0 };
  queue.waitUntilReady().then(
    () => {
      opened.state = 'up';
      opened.upAfterMs = performance.now() - since;
    },
    () => {
      opened.state = 'failed';
    },
  );
  return opened;
}

/**
 * True until the first answer, for 3 s at most: the first event also sends the script that adds it.
 */
function isComingUp({ state, hasAnswered, since }: Opened): boolean {
  return state !== 'failed' && !hasAnswered && performance.now() - since < comingUpMs;
}

/**
 * True when the server itself refused, such as a Redis without memory: the connection works. That
 * of a Redis which became a replica does not: there is a primary elsewhere.
 */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof Error && error.name === 'ReplyError' && !error.message.startsWith('READONLY')
  );
}
