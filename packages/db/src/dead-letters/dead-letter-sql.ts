import { findDigest } from '../event-digest.ts';
import type { DeadLetterFilter } from './dead-letter.ts';

/** A filter as a condition on `dead_letter`, with the values of {@link filterValues}. */
export const filterSql = `
  ($1::text IS NULL OR trigger = $1) AND ($2::text IS NULL OR error_class = $2)
  AND ($3::text IS NULL OR fingerprint = $3) AND ($4::text IS NULL OR app_id = $4)
  AND ($5::timestamptz IS NULL OR dead_at >= $5) AND ($6::timestamptz IS NULL OR dead_at < $6)
  AND ($7::boolean OR resolved_at IS NULL)
  AND ($8::text[] IS NULL OR event_digest = ANY(
    ARRAY(SELECT decode(d, 'hex') FROM unnest($8::text[]) AS d)))`;

/** How many values it has: further ones count from here. */
export const filterSize = 8;

export function filterValues(filter: DeadLetterFilter) {
  const { keys, trigger, errorClass, fingerprint, appId, since, until, includeResolved } = filter;
  return [
    trigger ?? null,
    errorClass ?? null,
    fingerprint ?? null,
    appId ?? null,
    since?.toISOString() ?? null,
    until?.toISOString() ?? null,
    includeResolved ?? false,
    keys?.flatMap((key) => findDigest(key) ?? []) ?? null,
  ];
}

/**
 * SQL for a letter's attempts, of the row `d`, together with further ones: each once, by replay
 * and then by time.
 * @param further a jsonb array.
 */
export function withAttempts(further: string): string {
  return `(
    SELECT coalesce(
      jsonb_agg(a ORDER BY (a ->> 'replay')::integer, a ->> 'at', (a ->> 'attempt')::integer), '[]')
    FROM (
      SELECT jsonb_array_elements(d.attempts) UNION SELECT jsonb_array_elements(${further})
    ) AS each_once(a))`;
}
