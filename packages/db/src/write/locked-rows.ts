import { digestOfEvent } from '../event-digest.ts';
import type { EventToWrite } from './event-to-write.ts';
import { redactableOf } from './redact-raw-bodies.ts';
import { keyOf } from './tables/merge-rows.ts';
import { projections } from './tables/projections.ts';

/**
 * Rows of events that another session's lock blocked a moment ago. The locked one of an event's
 * rows is unknown, so all of them are included, except those that another event has written since.
 * They are kept in memory alone: they decide which events share a transaction, and nothing else.
 */
export interface LockedRows {
  /** Adds the rows of a blocked event. */
  add(item: EventToWrite): void;
  /** Removes the rows of written events, since they are not locked. */
  remove(items: readonly EventToWrite[]): void;
  /** Checks whether the event writes one of these rows. */
  concerns(item: EventToWrite): boolean;
}

const keptMs = 10_000;
/** About 1 MB of names. The oldest go first. */
const maxRows = 10_000;

/** @param nowMs milliseconds that only ever grow. */
export function createLockedRows(nowMs: () => number = () => performance.now()): LockedRows {
  /** Times by row, the oldest first. */
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

/** Names everything that writing this event may lock. */
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
