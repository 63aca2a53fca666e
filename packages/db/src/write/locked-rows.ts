import { digestOfEvent } from '../event-digest.ts';
import type { EventToWrite } from './event-to-write.ts';
import { redactableOf } from './redact-raw-bodies.ts';
import { keyOf } from './tables/merge-rows.ts';
import { projections } from './tables/projections.ts';

/**
 * The rows of events that were blocked by another session's lock a moment ago. Which of an event's
 * rows was locked does not show, so all of them are kept; those that another event could write
 * since are dropped. Kept in memory alone: it decides what shares a transaction, and nothing else.
 */
export interface LockedRows {
  /** Notes that this event was blocked. */
  add(item: EventToWrite): void;
  /** Notes that these events were written, so their rows are not locked. */
  remove(items: readonly EventToWrite[]): void;
  /** Tells whether the event writes one of these rows. */
  concerns(item: EventToWrite): boolean;
}

const keptMs = 10_000;
/** About 1 MB of names. The oldest go first. */
const maxRows = 10_000;

/** @param nowMs milliseconds that only ever grow. */
export function createLockedRows(nowMs: () => number = () => performance.now()): LockedRows {
  /** When each was noted, the oldest first. */
  const notedAt = new Map<string, number>();

  function dropOld(): void {
    const oldest = nowMs() - keptMs;
    for (const [row, at] of notedAt) {
      if (at > oldest && notedAt.size <= maxRows) return;
      notedAt.delete(row);
    }
  }

  return {
    add(item) {
      for (const row of rowsOf(item)) {
        notedAt.delete(row);
        notedAt.set(row, nowMs());
      }
      dropOld();
    },
    remove(items) {
      if (notedAt.size === 0) return;
      for (const row of items.flatMap(rowsOf)) notedAt.delete(row);
    },
    concerns(item) {
      dropOld();
      return notedAt.size > 0 && rowsOf(item).some((row) => notedAt.has(row));
    },
  };
}

/** A name for everything that writing this event may lock. */
function rowsOf(item: EventToWrite): string[] {
  const { event, decision } = item;
  const eventDigest = digestOfEvent(event);
  const { redacts, needsLock } = redactableOf([item]);
  const locks = [`event_guard ${eventDigest}`, ...(redacts || needsLock ? ['redactions'] : [])];
  if (decision.kind !== 'apply') return locks;
  const { facts } = decision;
  if (facts.contactMerges.length > 0) locks.push('merges');
  const rows = projections.flatMap(({ table }) =>
    table
      .rows({ eventDigest, receivedAt: event.receivedAt, facts })
      .map((row) => `${table.name} ${keyOf(table, row)}`),
  );
  return [...locks, ...rows];
}
