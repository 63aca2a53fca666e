import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Database,
  DatabaseUnavailableError,
  findStoredEvents,
  type StoredEvent,
} from '@sinch-callbacks/db';
import type { QueueView } from '@sinch-callbacks/queue';
import { createLatencyHistogram, type LatencySummary } from '@sinch-callbacks/simulator/load';

/** The states of accepted events. Each event is counted in one of the first six. */
export interface Verification {
  readonly applied: number;
  /** Stored, with an unknown trigger. */
  readonly unhandled: number;
  readonly dead: number;
  /** Still on the queue when the time was up. */
  readonly queued: number;
  /** Accepted, and neither in the database nor on the queue. */
  readonly lost: number;
  /** Not found, and the queue or the database could not be read. */
  readonly unknown: number;
  /** Delivery reports that were applied and are missing from their message's history. */
  readonly withoutStatusRow: number;
  /** Some keys of lost events. */
  readonly lostKeys: readonly string[];
  /** From an event's receipt to its rows, by the clocks of ingest and worker. */
  readonly receivedToRow: LatencySummary | undefined;
  readonly drainSeconds: number;
  /** The reason why events are unknown. */
  readonly problem: string | undefined;
}

export interface VerifyOptions {
  readonly eventKeys: readonly string[];
  readonly database: Database;
  /** The queues to which ingest may have added. */
  readonly queues: readonly QueueView[];
  readonly drainTimeoutMs: number;
  /** Stops the wait. */
  readonly signal: AbortSignal;
  readonly onProgress: (found: number, missing: number) => void;
}

const pageSize = 1_000;
const pollMs = 250;
/** Without progress for this long, and with nothing on a queue, nothing more will come. */
const stallMs = 10_000;
const shownKeys = 20;

/** Waits until every accepted event is stored or nothing more will come, and locates each event. */
export async function verifyLoad(options: VerifyOptions): Promise<Verification> {
  const { eventKeys, queues, signal, drainTimeoutMs } = options;
  const startedAt = performance.now();
  const found = createFindings();
  let pending: readonly string[] = eventKeys;
  let movedAt = startedAt;
  let isMoving = true;
  for (;;) {
    const passFrom = performance.now();
    const left = await removeStored(pending, options, found, isMoving);
    const now = performance.now();
    isMoving = left.length < pending.length;
    if (isMoving) movedAt = now;
    pending = left;
    options.onProgress(eventKeys.length - pending.length, pending.length);
    if (pending.length === 0 || signal.aborted || now - startedAt >= drainTimeoutMs) break;
    if (now - movedAt > stallMs && !(await mayStillCome(pending, queues))) break;
    // Wait at least as long as the read took, so that it does not load the database.
    await pause(Math.max(pollMs, now - passFrom), signal);
  }
  const drainSeconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { ...(await locatePending(pending, options, found)), drainSeconds };
}

/**
 * Removes the stored events from the pending ones.
 * @param isMoving stops after a page with no stored event: events are applied in about the order
 * in which they came.
 */
async function removeStored(
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
    // The database may come back within the time allowed.
    if (!(error instanceof DatabaseUnavailableError)) throw error;
    found.problem(error);
  }
  return [...left, ...pending.slice(read)];
}

/** Reads the queue first and the database last, so that an event applied in between is found. */
async function locatePending(
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
  const missing = await removeStored(pending, options, found, false);
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
    // When the time is up, the queue is read once more, and a failure is then reported.
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
