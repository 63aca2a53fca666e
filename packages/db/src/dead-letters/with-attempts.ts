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
