import { digestOfEventKey, type EventKey } from '../events/event-key.ts';
import { type Instant, noInstantSortable } from './instant.ts';

/**
 * The order of facts about one thing, as text that sorts: rank, then event time, then digest.
 *
 * A column group that holds the value with the greatest stamp ends the same whatever the order
 * and however often the facts arrive: the maximum is commutative, associative and idempotent.
 * The digest makes the order total, so that two facts of one rank and time never toss a coin.
 */
export type Stamp = string;

/** A value that gives way to the same kind of value with a greater stamp. */
export type Stamped<T> = T & { readonly stamp: Stamp };

const digestDigits = 16;

/** @param rank 0 to 99; the higher wins whatever the time. */
export function stampOf(rank: number, at: Instant | undefined, key: EventKey): Stamp {
  const digest = digestOfEventKey(key).slice(0, digestDigits);
  return `${String(rank).padStart(2, '0')}.${at?.sortable ?? noInstantSortable}.${digest}`;
}

/** Like {@link stampOf}, but of two facts of one rank the earlier wins. Facts without a time still lose. */
export function earliestStampOf(rank: number, at: Instant | undefined, key: EventKey): Stamp {
  return stampOf(rank, at && { ...at, sortable: ninesComplement(at.sortable) }, key);
}

function ninesComplement(digits: string): string {
  return digits.replace(/\d/g, (digit) => String(9 - Number(digit)));
}
