import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Database,
  DatabaseUnavailableError,
  findStoredEvents,
  type StoredEvent,
} from '@sinch-callbacks/db';
import type { QueueView } from '@sinch-callbacks/queue';
import { createLatencyHistogram, type LatencySummary } from '@sinch-callbacks/simulator/load';

/** What became of accepted events; each is in one of the first six. */
export interface Verification {
  readonly applied: number;
  /** Stored, with an unknown trigger. */
  readonly unhandled: number;
  readonly dead: number;
  /** On the queue, when the time was up. */
  readonly queued: number;
  /** Accepted, and neither in the database nor on the queue. */
  readonly lost: number;
  /** Not in the database, and the queue, or the database itself, could not be asked. */
  readonly unknown: number;
  /** Delivery reports that were applied and are missing from their message's history. */
  readonly withoutStatusRow: number;
  /** The first few of those lost. */
  readonly lostKeys: readonly string[];
  /** From an event's receipt to its rows, by the clocks of ingest and worker. */
  readonly receivedToRow: LatencySummary | undefined;
  readonly drainSeconds: number;
  /** Why something is unknown. */
  readonly problem: string | undefined;
}

export interface VerifyOptions {
  readonly eventKeys: readonly string[];
  readonly database: Database;
  /** Everywhere that ingest may have queued. */
  readonly queues: readonly QueueView[];
  readonly drainTimeoutMs: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly onProgress: (found: number, missing: number) => void;
}

const pageSize = 1_000;
const pollMs = 250;
/** Nothing moves for so long, and no queue holds any of it: nothing is coming any more. */
const standstillMs = 10_000;
const shownKeys = 20;

/** Waits until every accepted event is stored, or nothing helps any more; then says which is where. */
export async function verifyLoad(options: VerifyOptions): Promise<Verification> {
  const { eventKeys, queues, signal, drainTimeoutMs } = options;
  const startedAt = performance.now();
  const found = createFindings();
  let pending: readonly string[] = eventKeys;
  let movedAt = startedAt;
  let isMoving = true;
  for (;;) {
    const passFrom = performance.now();
    const left = await passOver(pending, options, found, isMoving);
    const now = performance.now();
    isMoving = left.length < pending.length;
    if (isMoving) movedAt = now;
    pending = left;
    options.onProgress(eventKeys.length - pending.length, pending.length);
    if (pending.length === 0 || signal.aborted || now - startedAt >= drainTimeoutMs) break;
    if (now - movedAt > standstillMs && !(await mayStillCome(pending, queues))) break;
    // The reading must not be what the database is busy with.
    await pause(Math.max(pollMs, now - passFrom), signal);
  }
  const drainSeconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { ...(await placeTheRest(pending, options, found)), drainSeconds };
}

/**
 * Takes what is stored out of the pending ones.
 * @param isMoving events are applied in about the order they came in: after a page of which
 * nothing is there, the rest is not looked at.
 */
async function passOver(
  pending: readonly string[],
  { database }: VerifyOptions,
  found: Findings,
  isMoving: boolean,
): Promise<readonly string[]> {
  const left: string[] = [];
  let read = 0;
  try {
    for (const page of pagesOf(pending, pageSize)) {
      const stored = await findStoredEvents(database, page);
      read += page.length;
      left.push(...found.take(page, stored));
      if (stored.length === 0 && isMoving) break;
    }
  } catch (error) {
    // It may come back within the time allowed.
    if (!(error instanceof DatabaseUnavailableError)) throw error;
    found.problem(error);
  }
  return [...left, ...pending.slice(read)];
}

/** The queue first, then the database once more: what was applied in between is in neither gap. */
async function placeTheRest(
  pending: readonly string[],
  options: VerifyOptions,
  found: Findings,
): Promise<Omit<Verification, 'drainSeconds'>> {
  found.forgetProblem();
  const open = new Set<string>();
  try {
    for (const queue of options.queues) {
      for (const key of await queue.findOpen(pending)) open.add(key);
    }
  } catch (error) {
    found.problem(error);
  }
  const missing = await passOver(pending, options, found, false);
  const nowhere = missing.filter((key) => !open.has(key));
  const isKnown = found.isKnown();
  return {
    ...found.counts(),
    queued: missing.length - nowhere.length,
    lost: isKnown ? nowhere.length : 0,
    unknown: isKnown ? 0 : nowhere.length,
    lostKeys: isKnown ? nowhere.slice(0, shownKeys) : [],
  };
}

type Findings = ReturnType<typeof createFindings>;

function createFindings() {
  const counts = { applied: 0, unhandled: 0, dead: 0, withoutStatusRow: 0 };
  const delays = createLatencyHistogram(3);
  let problem: string | undefined;

  function count({ state, eventKey, hasStatusRow, appliedAfterMs }: StoredEvent): void {
    switch (state) {
      case 'APPLIED':
        counts.applied += 1;
        if (appliedAfterMs !== undefined) delays.record(Math.max(0, appliedAfterMs));
        if (eventKey.startsWith('MESSAGE_DELIVERY.') && !hasStatusRow) counts.withoutStatusRow += 1;
        return;
      case 'UNHANDLED':
        counts.unhandled += 1;
        return;
      case 'DEAD':
        counts.dead += 1;
    }
  }

  return {
    /** @returns those of the page that are not stored. */
    take(page: readonly string[], stored: readonly StoredEvent[]): string[] {
      for (const event of stored) count(event);
      const keys = new Set(stored.map(({ eventKey }) => eventKey));
      return page.filter((key) => !keys.has(key));
    },
    problem(error: unknown): void {
      problem = error instanceof Error ? error.message : String(error);
    },
    forgetProblem(): void {
      problem = undefined;
    },
    isKnown: () => problem === undefined,
    counts: () => ({ ...counts, receivedToRow: delays.summary(), problem }),
  };
}

async function mayStillCome(
  pending: readonly string[],
  queues: readonly QueueView[],
): Promise<boolean> {
  try {
    for (const queue of queues) {
      for (const page of pagesOf(pending, pageSize)) {
        if ((await queue.findOpen(page)).size > 0) return true;
      }
    }
    return false;
  } catch {
    // It is asked once more, and that is told, when the time is up.
    return true;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Pieces of a list, each of `size` items but the last. */
function* pagesOf<T>(items: readonly T[], size: number): Generator<readonly T[], void> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
