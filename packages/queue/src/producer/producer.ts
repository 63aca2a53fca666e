import type { CallbackEvent } from '@sinch-callbacks/core';
import { withDeadline } from '../connection/deadline.ts';
import { type JobQueue, openQueue, type QueueLocation } from '../connection/queue-backend.ts';
import { jobDataOf, jobIdOf } from '../contract/job-contract.ts';
import { queueNames } from '../contract/queue-names.ts';
import { type RetryPolicy, retryOptions } from '../contract/retry-policy.ts';
import { readInfo, readMemoryUse, readServerInfo } from '../inspect/redis-info.ts';
import { type AnswerCount, addAnswerCounts } from './answer-counts.ts';
import { jobAdder } from './job-adder.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { probeWrite } from './probe-write.ts';

export type EnqueueOutcome =
  /** The queue holds it, or held it before. */
  | { readonly kind: 'queued' }
  /** Not known to be queued: the sender has to send it again. */
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
  /** Whether the queue would take an event now: asked by a write, within the timeout. Never throws. */
  isReachable(): Promise<boolean>;
  /**
   * Whether its server will soon refuse events for want of memory. Answered at once from what
   * was found a few seconds ago; a queue on Postgres is never nearly full.
   */
  isNearlyFull(): boolean;
  /**
   * Adds to what lies beside the queue for a worker to take and show. A queue on Postgres has no
   * place for it: there it is dropped. @throws when Redis does not take it in time.
   */
  addAnswerCounts(counts: readonly AnswerCount[]): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 3_000;
/** A connection that was silent for longer may be dead: a frozen instance does not notice. */
const idleTrustMs = 1_000;
/** The part of the time that such a one gets. A new one has to be made in the rest. */
const idleAttemptShare = 1 / 3;
/**
 * A connection may come up for so long, whatever becomes of the events that wait for it: it takes
 * half a dozen round trips, and to a distant server those are more than one event's time.
 */
const comingUpMs = 3_000;

/**
 * A producer for HTTP handlers: nothing connects before the first call, every call is bounded.
 *
 * A connection that failed or hung is dropped and the next call opens a new one. A frozen
 * serverless instance wakes up with a dead socket that would swallow command after command,
 * and a first connection that was refused would be remembered as refused for good. One that was
 * silent for a while gets a third of the time, so that a new one has the rest. One that is only
 * coming up yet is not dropped: the events after this one may have it.
 */
export function openProducer(options: ProducerOptions): CallbackProducer {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const addJob = jobAdder(retryOptions(options.retry));
  const room = createMemoryWatch(Date.now);
  let current: Opened | undefined;
  // Of the last question that was answered. Not when the answer was read: one that lay in the
  // socket while an instance was frozen says nothing of the connection afterwards.
  let aliveAt = 0;
  // Of the newest connection: while it is being made, which takes time on a cluster, it is not dead.
  let openedAt = 0;

  async function withQueue<T>(use: (queue: JobQueue) => Promise<T>): Promise<T> {
    // By the clock on the wall: the other one may stand still while an instance is frozen.
    const silentMs = Date.now() - Math.max(aliveAt, openedAt);
    const isSuspect = current?.state === 'up' && silentMs > idleTrustMs;
    if (!isSuspect) return await tryQueue(use, timeoutMs);
    // One to a distant server is not dead because that has not answered in no time.
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
      // Slow is not dead: what answered later questions is kept, or one late answer would end
      // all calls under way, and a busy server would have to accept all its connections again.
      const isAlive = isAnswer(error) || (aliveAt > askedAt && current === opened);
      // A queue remembers why its first connection failed, such as a refused password, for good.
      const isUseless = opened.state === 'failed' || (!isAlive && !isComingUp(opened));
      if (isUseless) {
        if (current === opened) current = undefined;
        void dropConnection(opened.queue);
      }
      throw error;
    }
  }

  function open(): Opened {
    // Without limits of its own: they would not see an answer that is there and not read yet.
    const policy = { kind: 'fail-fast', timeoutMs: timeoutMs * 2, isBounded: true } as const;
    return watchOpening(openQueue(options, queueNames.live, policy, ignoreErrors));
  }

  /** In the background: no event waits for it. */
  function refreshMemoryUse(): void {
    if (options.backend.kind !== 'redis') return;
    room.look(async () => {
      return readMemoryUse(readInfo(await withQueue(readServerInfo)));
    });
  }

  return {
    async enqueue(event) {
      const data = jobDataOf(event, 0);
      const jobId = jobIdOf(event.key, 0);
      try {
        await withQueue((queue) => addJob(queue, event.trigger, data, jobId));
        refreshMemoryUse();
        return { kind: 'queued' };
      } catch (error) {
        return { kind: 'unavailable', reason: describe(error) };
      }
    },
    async isReachable() {
      try {
        await withQueue((queue) => probeWrite(queue, options.backend.kind));
        return true;
      } catch {
        return false;
      }
    },
    isNearlyFull() {
      // Events that go elsewhere meanwhile do not look by themselves.
      if (room.isNearlyFull()) refreshMemoryUse();
      return room.isNearlyFull();
    },
    async addAnswerCounts(counts) {
      if (options.backend.kind !== 'redis') return;
      await withQueue((queue) => addAnswerCounts(queue, counts));
    },
    async close() {
      const queue = current?.queue;
      current = undefined;
      if (queue !== undefined) await dropConnection(queue);
    },
  };
}

/** A queue, and how far its first connection has come. */
interface Opened {
  readonly queue: JobQueue;
  readonly since: number;
  state: 'coming-up' | 'up' | 'failed';
  hasAnswered: boolean;
  /** How long it took; 0 until then. */
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

/** Until it has answered once: the first event over it has its script to bring along. */
function isComingUp({ state, hasAnswered, since }: Opened): boolean {
  return state !== 'failed' && !hasAnswered && performance.now() - since < comingUpMs;
}

/** Calls report their own failures; errors between calls concern no caller. */
function ignoreErrors(): void {
  return;
}

/**
 * By force: a polite end waits until the connection was there once, and one that never was would
 * try again for ever, beside the hundreds that were opened after it.
 */
async function dropConnection(queue: JobQueue): Promise<void> {
  try {
    await queue.backend.close(true);
  } catch {
    // It is being thrown away because it does not work.
  }
}

/**
 * Whether the server itself refused, such as Redis without memory: the connection is sound. That
 * of a Redis which has become a replica is not; elsewhere there is a primary.
 */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof Error && error.name === 'ReplyError' && !error.message.startsWith('READONLY')
  );
}

/** The kind of trouble, without hosts or credentials. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') return code;
  // A Redis' own code: the capitals that its refusal begins with.
  const reply = error.name === 'ReplyError' && /^[A-Z]{2,20}\b/.exec(error.message)?.[0];
  return reply || error.name;
}
