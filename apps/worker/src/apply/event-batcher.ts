import { type CallbackEvent, decideEvent } from '@sinch-callbacks/core';
import type { EventToWrite, EventWriter, WriteOutcome } from '@sinch-callbacks/db';
import type { HandleEvent } from '@sinch-callbacks/queue';
import type { Telemetry } from '@sinch-callbacks/telemetry';
import { type ApplyOutcome, blockedWrite, failedWrite, withFacts } from './apply-outcome.ts';
import { reportApplied } from './report-job.ts';
import type { DatabaseWait } from './wait-for-database.ts';

export interface EventBatcher {
  /** Applies one event together with all others that are waiting. Never throws. */
  apply(event: CallbackEvent, attempt: number): Promise<ApplyOutcome>;
  /**
   * Returns every event that is not known to be applied. One whose write has begun may be applied
   * all the same; a second try changes nothing.
   */
  stop(): void;
}

interface Entry {
  readonly event: CallbackEvent;
  readonly attempt: number;
  readonly settle: (outcome: ApplyOutcome) => void;
}

const ignore = () => undefined;

/** Bodies of one batch, in characters: a write holds them in memory several times over. */
const maxBatchLength = 4 * 1024 * 1024;

/**
 * Batches written at the same time: while one waits for an answer, Postgres works on the
 * statements of another. They may touch the same rows, which they lock in the same order.
 */
const maxWrites = 2;

/** A write that takes longer probably waits for a lock, and does not hold up the next. */
const slowAfterMs = 500;
/** Writes at the same time while some are slow. */
const maxWritesWithSlow = 3;

/** More of these would fill the jobs in progress with events that wait for a lock. */
const maxSetAside = 100;

/** The queue's handler: applies an event, writes its log line and counts it. */
export function createHandler(batcher: EventBatcher, telemetry: Telemetry): HandleEvent {
  return async (event, attempt) => {
    const startedAt = performance.now();
    const outcome = await batcher.apply(event, attempt);
    if (outcome.kind === 'failed' || outcome.kind === 'returned') return outcome;
    reportApplied(telemetry, event, attempt, outcome, performance.now() - startedAt);
    return { kind: 'done' };
  };
}

/**
 * Writes many events in one transaction, and a lone one at once: a batch is all that gathered while
 * the batch before it was written, so batches grow with the load. A full batch does not wait for
 * the one before it.
 *
 * Events that may be blocked are set aside and written in batches of their own: the lock that they
 * wait for holds up no other event.
 * @param onBatch is called with the events of each transaction before it begins.
 */
export function createEventBatcher(
  writer: EventWriter,
  databaseWait: DatabaseWait,
  maxBatchSize: number,
  onBatch: (events: readonly EventToWrite[]) => void = ignore,
): EventBatcher {
  const waiting: Entry[] = [];
  const aside: Entry[] = [];
  let unsettled = new Set<Entry>();
  let writes = 0;
  let slowWrites = 0;
  let isWritingAside = false;
  let isStopped = false;

  function settle(entry: Entry, outcome: ApplyOutcome): void {
    if (unsettled.delete(entry)) entry.settle(outcome);
  }

  /** Starts in the next turn of the event loop: all events of this turn share a transaction. */
  function writeSoon(): void {
    const quickWrites = writes - slowWrites;
    const isFull = waiting.length >= maxBatchSize && quickWrites < maxWrites;
    if (quickWrites > 0 && !isFull) return;
    if (waiting.length === 0 || writes >= maxWritesWithSlow) return;
    writes += 1;
    setImmediate(() => void writeAll());
  }

  async function writeAll(): Promise<void> {
    try {
      // While another batch is written, one that is not full keeps gathering.
      while (waiting.length >= (writes - slowWrites > 1 ? maxBatchSize : 1)) {
        await countSlow(writeOne(takeBatch(waiting, maxBatchSize), setAside));
      }
    } finally {
      writes -= 1;
    }
  }

  async function countSlow(write: Promise<void>): Promise<void> {
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      slowWrites += 1;
      writeSoon();
    }, slowAfterMs);
    await write;
    clearTimeout(timer);
    if (isSlow) slowWrites -= 1;
  }

  function setAside(entries: readonly Entry[]): void {
    const room = Math.max(0, maxSetAside - aside.length);
    aside.push(...entries.slice(0, room));
    for (const entry of entries.slice(room)) settle(entry, blockedWrite);
    if (!isWritingAside && aside.length > 0) void writeAside();
  }

  async function writeAside(): Promise<void> {
    isWritingAside = true;
    while (aside.length > 0) await writeOne(takeBatch(aside, maxBatchSize));
    isWritingAside = false;
  }

  /**
   * Writes one batch, and settles each event as soon as its outcome is known, not with the last of
   * the batch. Never throws.
   * @param onSuspects takes those that may be blocked; absent where the batch holds only these.
   */
  async function writeOne(
    batch: readonly Entry[],
    onSuspects?: (entries: readonly Entry[]) => void,
  ): Promise<void> {
    const left = Map.groupBy(batch, (entry) => entry.event.key);
    const decisions = new Map<string, EventToWrite['decision']>();
    const settleEvent = (key: string, outcome: WriteOutcome) => {
      settleAll(left.get(key) ?? [], withFacts(outcome, decisions.get(key)));
      left.delete(key);
    };
    try {
      const prepared = prepareAll(left.values(), settleEvent);
      const suspects = onSuspects ? prepared.filter((item) => writer.mayBeBlocked(item)) : [];
      onSuspects?.(suspects.flatMap(({ event }) => left.get(event.key) ?? []));
      for (const { event } of suspects) left.delete(event.key);
      const items =
        suspects.length > 0 ? prepared.filter((item) => !suspects.includes(item)) : prepared;
      for (const { event, decision } of items) decisions.set(event.key, decision);
      if (items.length > 0) onBatch(items);
      if (items.length > 0) await databaseWait.run(() => writer.write(items, settleEvent));
      for (const entry of [...left.values()].flat()) settle(entry, { kind: 'returned' });
    } catch (error) {
      for (const entry of [...left.values()].flat()) settle(entry, failedWrite('transient', error));
    }
  }

  /** @param entries of one event. */
  function settleAll([first, ...repeated]: readonly Entry[], outcome: ApplyOutcome): void {
    if (first !== undefined) settle(first, outcome);
    const again = outcome.kind === 'failed' ? outcome : ({ kind: 'duplicate' } as const);
    for (const entry of repeated) settle(entry, again);
  }

  return {
    async apply(event, attempt) {
      if (isStopped) return { kind: 'returned' };
      return await new Promise((resolve) => {
        const entry = { event, attempt, settle: resolve };
        unsettled.add(entry);
        waiting.push(entry);
        writeSoon();
      });
    },
    stop() {
      isStopped = true;
      waiting.length = 0;
      aside.length = 0;
      const left = unsettled;
      unsettled = new Set();
      for (const entry of left) entry.settle({ kind: 'returned' });
    },
  };
}

/** Removes as many entries as one batch may hold, at least one. */
function takeBatch(waiting: Entry[], maxSize: number): readonly Entry[] {
  let length = 0;
  const over = waiting.findIndex(({ event }, index) => {
    length += event.rawBody.text.length;
    return index > 0 && (index >= maxSize || length > maxBatchLength);
  });
  return waiting.splice(0, over < 0 ? waiting.length : over);
}

/** One after the other, with nothing in between: that spares the worker a tenth of its CPU. */
function prepareAll(
  groups: Iterable<readonly Entry[]>,
  onRefused: (eventKey: string, outcome: WriteOutcome) => void,
): readonly EventToWrite[] {
  const items: EventToWrite[] = [];
  for (const [first] of groups) {
    if (first === undefined) continue;
    const item = prepareWrite(first.event, first.attempt);
    if ('kind' in item) onRefused(first.event.key, item);
    else items.push(item);
  }
  return items;
}

/** Decides what to write for an event. A failure where it cannot be applied; never throws. */
function prepareWrite(event: CallbackEvent, attempt: number): EventToWrite | WriteOutcome {
  try {
    const decision = decideEvent(event);
    if (decision.kind !== 'refuse') return { event, decision, attempts: attempt };
    return failedWrite('permanent', decision.reason);
  } catch (error) {
    // The decision is pure: an event that fails here once fails each time.
    return failedWrite('permanent', error);
  }
}
