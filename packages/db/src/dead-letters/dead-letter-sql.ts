import { findDigest } from '../event-digest.ts';
import type { DeadLetterFilter } from './dead-letter.ts';

/** A filter as an SQL condition on `dead_letter`, with the values of {@link filterValues}. */
export const filterSql = `
  ($1::text IS NULL OR trigger = $1) AND ($2::text IS NULL OR error_class = $2)
  AND ($3::text IS NULL OR fingerprint = $3) AND ($4::text IS NULL OR app_id = $4)
  AND ($5::timestamptz IS NULL OR dead_at >= $5) AND ($6::timestamptz IS NULL OR dead_at < $6)
  AND ($7::boolean OR resolved_at IS NULL)
  AND ($8::text[] IS NULL OR event_digest = ANY(
    ARRAY(SELECT decode(d, 'hex') FROM unnest($8::text[]) AS d)))`;

/** The number of its values: numbers of further ones start after it. */
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
 * Builds SQL that merges further attempts into those of the row `d`: each once, by replay and then
 * by time.
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
