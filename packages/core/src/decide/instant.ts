/**
 * A point in time as Sinch writes it: RFC 3339 with 0 to 9 fractional digits.
 * JavaScript dates keep 3 of them, so the digits are kept as text.
 */
export interface Instant {
  /** UTC with 6 fractional digits, which is what a `timestamptz` holds. */
  readonly iso: string;
  /** Nanoseconds since 1970 as 21 digits, so that text order is time order. */
  readonly sortable: string;
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(Z|[+-]\d{2}:\d{2})$/i;

/** Sorts before every instant. For facts that carry no time. */
export const noInstantSortable = '0'.repeat(21);

/** Later ones would be written with five digits for the year, which Postgres does not read. */
const latest = Date.UTC(9999, 11, 31, 23, 59, 59);

/** `undefined` for a text that names no point in time since 1970. */
export function parseInstant(text: string | undefined): Instant | undefined {
  const match = text === undefined ? null : rfc3339.exec(text.trim());
  if (!match) return undefined;
  const [, wholeSeconds = '', fraction = '', zone = ''] = match;
  const milliseconds = Date.parse(`${wholeSeconds}${zone}`);
  if (Number.isNaN(milliseconds) || milliseconds < 0 || milliseconds > latest) return undefined;
  const nanoseconds = fraction.padEnd(9, '0');
  return {
    iso: `${new Date(milliseconds).toISOString().slice(0, 19)}.${nanoseconds.slice(0, 6)}Z`,
    sortable: String(milliseconds / 1000).padStart(12, '0') + nanoseconds,
  };
}
