/**
 * A point in time as Sinch writes it. JavaScript dates keep 3 fractional digits and a
 * `timestamptz` 6, so the nanoseconds are kept beside.
 */
export interface Instant {
  /** UTC with 6 fractional digits, as a `timestamptz` holds. */
  readonly iso: string;
  /** Nanoseconds since 1970 in 16 hexadecimal digits: text order is time order. */
  readonly sortable: string;
}

/** Sorts before every instant. For facts that carry no time. */
export const noInstantSortable = '0'.repeat(16);

/**
 * RFC 3339, and what sister products of Sinch send: no zone (UTC), `+0000`, `+02`, a space for
 * `T`, a comma for the point, no seconds, a leap second.
 */
const dateAndTime =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)? ?(?:Z|UTC|GMT|([+-])(\d{2})(?::?(\d{2}))?)?$/i;

/** Unix time: up to 11 digits are seconds, up to 14 are milliseconds. Fewer than 9 are no time. */
const unixTime = /^(?:(\d{9,11})|(\d{9,11})(\d{3}))(?:[.,](\d+))?$/;

/** No shape is longer but for its fraction. */
const maxLength = 100;
/** Later ones would be written with five digits for the year, which Postgres does not read. */
const latest = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;
const maxSortable = 0xffff_ffff_ffff_ffffn;

/** `undefined` for a text that names no point in time since 1970. */
export function parseInstant(text: string | undefined): Instant | undefined {
  if (text === undefined || text.length > maxLength) return undefined;
  const trimmed = text.trim();
  return parseDateAndTime(trimmed) ?? parseUnixTime(trimmed);
}

/** The instant of a Unix time in seconds. */
export function instantOfSeconds(seconds: number): Instant | undefined {
  return instantOf(Math.floor(seconds), '');
}

/** The order key of a moment so many seconds later. */
export function sortableAfter({ sortable }: Instant, seconds: number): string {
  return hexOf(BigInt(`0x${sortable}`) + BigInt(seconds) * 1_000_000_000n);
}

/** Turns the order of times round: the earlier instant gets the greater key. */
export function reversedSortable(sortable: string): string {
  return hexOf(maxSortable - BigInt(`0x${sortable}`));
}

function parseDateAndTime(text: string): Instant | undefined {
  const match = dateAndTime.exec(text);
  if (!match) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction = '',
    sign,
    zoneHour,
    zoneMinute,
  ] = match;
  const [d, h, min, s] = [Number(day), Number(hour), Number(minute), Number(second)];
  if (h > 24 || min > 59 || s > 60 || (h === 24 && min + s > 0)) return undefined;
  const midnight = Date.UTC(Number(year), Number(month) - 1, d) / 1000;
  // A date that does not exist, such as 30 February, comes out as another day.
  if (new Date(midnight * 1000).toISOString().slice(0, 10) !== text.slice(0, 10)) return undefined;
  const offset = Number(zoneHour ?? 0) * 3600 + Number(zoneMinute ?? 0) * 60;
  const seconds = midnight + h * 3600 + min * 60 + s - (sign === '-' ? -offset : offset);
  return instantOf(seconds, s === 60 ? '' : fraction);
}

function parseUnixTime(text: string): Instant | undefined {
  const match = unixTime.exec(text);
  if (!match) return undefined;
  const [, seconds, secondsOfMilliseconds, milliseconds = '', fraction = ''] = match;
  return instantOf(Number(seconds ?? secondsOfMilliseconds), milliseconds + fraction);
}

function instantOf(seconds: number, fraction: string): Instant | undefined {
  if (!(seconds >= 0 && seconds <= latest)) return undefined;
  const nanoseconds = fraction.slice(0, 9).padEnd(9, '0');
  return {
    iso: `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${nanoseconds.slice(0, 6)}Z`,
    sortable: hexOf(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)),
  };
}

function hexOf(nanoseconds: bigint): string {
  const bounded = nanoseconds > maxSortable ? maxSortable : nanoseconds;
  return bounded.toString(16).padStart(16, '0');
}
