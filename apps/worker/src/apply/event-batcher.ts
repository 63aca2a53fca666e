import { type CallbackEvent, decideEvent, type TimeField } from '@sinch-callbacks/core';
import type { EventToWrite, EventWriter, WriteOutcome } from '@sinch-callbacks/db';
import type { DatabaseWait } from './wait-for-database.ts';

/** A delivery report of one message. */
export interface MessageReport {
  readonly appId: string | undefined;
  readonly channel: string | undefined;
  readonly status: string;
}

export type ApplyOutcome =
  | (WriteOutcome & {
      /** Times of the event that cannot be read; absent where there are none. */
      readonly unreadableTimes?: readonly TimeField[];
      /** What the event reports of messages, where it was applied now; absent where nothing. */
      readonly reports?: readonly MessageReport[];
    })
  | { readonly kind: 'returned' };

export interface EventBatcher {
  /** Applies one event together with whatever else is waiting. Never throws. */
  apply(event: CallbackEvent, attempt: number): Promise<ApplyOutcome>;
  /**
   * Gives back every event that is not known to be applied. One whose write is under way may
   * be applied all the same; trying it again changes nothing.
   */
  stop(): void;
}

interface Entry {
  readonly event: CallbackEvent;
  readonly attempt: number;
  readonly settle: (outcome: ApplyOutcome) => void;
}

const ignore = () => undefined;

/** Bodies of one batch, in characters: they are in memory several times over while it is written. */
const maxBatchLength = 4 * 1024 * 1024;

/**
 * So many batches are written at the same time: while one waits for an answer, Postgres has
 * another one's statements to work on. They may be about the same rows, which they lock in the
 * same order.
 */
const maxWrites = 2;

/** A write that takes so long probably waits for a lock, and does not hold up the next. */
const slowAfterMs = 500;
/** Writes at the same time while some are slow. */
const maxWritesWithSlow = 3;

/** More of these would fill what may be in progress with events that wait for a lock. */
const maxSetAside = 100;

/**
 * Many events in one transaction, without making a lone one wait: a batch is whatever has
 * gathered while the batch before it was written, so batches grow under load by themselves. One
 * that is full does not wait for the one before it.
 *
 * Events that may be blocked are set aside, and written in batches of their own: the lock that
 * they wait for holds up no other event.
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

  /** In the next turn, so that everything that arrives in this one shares a transaction. */
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
      // What is not a full batch gathers on while another one is written.
      while (waiting.length >= (writes - slowWrites > 1 ? maxBatchSize : 1)) {
        await noteSlow(writeOne(takeBatch(waiting, maxBatchSize), setAside));
      }
    } finally {
      writes -= 1;
    }
  }

  async function noteSlow(write: Promise<void>): Promise<void> {
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
    for (const entry of entries.slice(room)) settle(entry, putOff);
    if (!isWritingAside && aside.length > 0) void writeAside();
  }

  async function writeAside(): Promise<void> {
    isWritingAside = true;
    while (aside.length > 0) await writeOne(takeBatch(aside, maxBatchSize));
    isWritingAside = false;
  }

  /**
   * Settles each event as soon as it is known what became of it, not with the last of its batch.
   * Never throws.
   * @param onSuspects takes those that may be blocked; absent where the batch is of these alone.
   */
  async function writeOne(
    batch: readonly Entry[],
    onSuspects?: (entries: readonly Entry[]) => void,
  ): Promise<void> {
    const left = Map.groupBy(batch, (entry) => entry.event.key);
    const decisions = new Map<string, EventToWrite['decision']>();
    const tell = (key: string, outcome: WriteOutcome) => {
      settleAll(left.get(key) ?? [], withFacts(outcome, decisions.get(key)));
      left.delete(key);
    };
    try {
      const decided = decideAll(left.values(), tell);
      const suspects = onSuspects ? decided.filter((item) => writer.mayBeBlocked(item)) : [];
      onSuspects?.(suspects.flatMap(({ event }) => left.get(event.key) ?? []));
      for (const { event } of suspects) left.delete(event.key);
      const items =
        suspects.length > 0 ? decided.filter((item) => !suspects.includes(item)) : decided;
      for (const { event, decision } of items) decisions.set(event.key, decision);
      if (items.length > 0) onBatch(items);
      if (items.length > 0) await databaseWait.run(() => writer.write(items, tell));
      for (const entry of [...left.values()].flat()) settle(entry, { kind: 'returned' });
    } catch (error) {
      for (const entry of [...left.values()].flat()) settle(entry, failed('transient', error));
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

/** One more of many that may be blocked. It comes back from its queue, with no attempt counted. */
const putOff: WriteOutcome = {
  kind: 'failed',
  failureClass: 'blocked',
  message: 'rows of this event are locked by another session',
  stack: undefined,
};

/** As many as may go into one batch, at least one. */
function takeBatch(waiting: Entry[], maxSize: number): readonly Entry[] {
  let length = 0;
  const over = waiting.findIndex(({ event }, index) => {
    length += event.rawBody.text.length;
    return index > 0 && (index >= maxSize || length > maxBatchLength);
  });
  return waiting.splice(0, over < 0 ? waiting.length : over);
}

/** Adds what the event's decision says of it. */
function withFacts(
  outcome: WriteOutcome,
  decision: EventToWrite['decision'] | undefined,
): ApplyOutcome {
  if (decision === undefined) return outcome;
  const { unreadableTimes } = decision;
  const reports = outcome.kind === 'applied' ? reportsOf(decision) : [];
  if (unreadableTimes.length === 0 && reports.length === 0) return outcome;
  return {
    ...outcome,
    ...(unreadableTimes.length > 0 && { unreadableTimes }),
    ...(reports.length > 0 && { reports }),
  };
}

function reportsOf(decision: EventToWrite['decision']): readonly MessageReport[] {
  if (decision.kind !== 'apply' || decision.trigger !== 'MESSAGE_DELIVERY') return [];
  const { appId } = decision.envelope;
  return decision.facts.messageStatuses.map(({ channel, status }) => ({ appId, channel, status }));
}

/** One after the other, with nothing in between: that spares the worker a tenth of its CPU. */
function decideAll(
  groups: Iterable<readonly Entry[]>,
  onRefused: (eventKey: string, outcome: WriteOutcome) => void,
): readonly EventToWrite[] {
  const items: EventToWrite[] = [];
  for (const [first] of groups) {
    if (first === undefined) continue;
    const item = decide(first.event, first.attempt);
    if ('kind' in item) onRefused(first.event.key, item);
    else items.push(item);
  }
  return items;
}

function decide(event: CallbackEvent, attempt: number): EventToWrite | WriteOutcome {
  try {
    const decision = decideEvent(event);
    if (decision.kind !== 'refuse') return { event, decision, attempts: attempt };
    return failed('permanent', decision.reason);
  } catch (error) {
    // Deciding is pure: what fails once fails each time.
    return failed('permanent', error);
  }
}

function failed(failureClass: 'transient' | 'permanent', error: unknown): WriteOutcome {
  const { message, stack } =
    error instanceof Error ? error : { message: String(error), stack: undefined };
  return { kind: 'failed', failureClass, message, stack };
}
