import { digestOfEventKey, type EventKey } from '../events/event-key.ts';
import { type Instant, noInstantSortable, reversedSortable } from '../values/instant.ts';

/**
 * The order of facts about one thing, as 17 bytes that sort: rank, time, tie-break, digest.
 * Hexadecimal here, so that text order is byte order.
 *
 * A column group keeps the value with the greatest stamp. It ends the same whatever the order and
 * however often the facts arrive: the maximum is commutative, associative and idempotent. The
 * digest makes the order total, so two facts of one rank and time have a winner too.
 */
export type Stamp = string;

/** A value that yields to a value of the same kind with a greater stamp. */
export type Stamped<T> = T & { readonly stamp: Stamp };

export interface StampOrder {
  /** 0 to 255; the higher wins whatever the time. */
  readonly rank?: number;
  /** The time; an absent one is older than every other. */
  readonly at: Instant | undefined;
  /** 0 to 255; the higher wins at the very same time. */
  readonly tieBreak?: number;
}

const digestDigits = 14;

export function stampOf({ rank = 0, at, tieBreak = 0 }: StampOrder, key: EventKey): Stamp {
  return stampText(rank, at?.sortable ?? noInstantSortable, tieBreak, key);
}

/**
 * Makes a stamp like {@link stampOf}, but of two facts of one rank the earlier wins. Facts without
 * a time still lose.
 */
export function earliestStampOf({ rank = 0, at, tieBreak = 0 }: StampOrder, key: EventKey): Stamp {
  const sortable = at ? reversedSortable(at.sortable) : noInstantSortable;
  return stampText(rank, sortable, tieBreak, key);
}

function stampText(rank: number, sortable: string, tieBreak: number, key: EventKey): Stamp {
  return `${byte(rank)}${sortable}${byte(tieBreak)}${digestOfEventKey(key).slice(0, digestDigits)}`;
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
