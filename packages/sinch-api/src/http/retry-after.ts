/** A longer `Retry-After` is reported as this. */
const longestRetryAfterMs = 86_400_000;

/**
 * Reads the header `Retry-After`: seconds, or a date. Returns `undefined` for an unreadable one.
 * @param now The date now, in milliseconds.
 */
export function readRetryAfter(
  header: string | string[] | undefined,
  now: number,
): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
