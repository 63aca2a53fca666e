import type { ConsentEventFact } from '@sinch-callbacks/core';
import { byteaArray, textArray } from './text-array.ts';
import type { WriteSession } from './write-session.ts';

/**
 * Two opt-outs without a time that have the same bytes are one event, though the second may have
 * been said after an opt-in. A copy that was signed again, which its nonce shows, therefore counts
 * as said when it came. The rows are locked in key order, as the join before this does.
 */
const repeat = `
UPDATE consent_event AS t SET repeated_at = again.repeated_at
FROM (
  SELECT held.consent_key, max(held.repeated_at) AS repeated_at
  FROM (
    SELECT t.consent_key, f.repeated_text::timestamptz AS repeated_at
    FROM unnest($1::bytea[], $2::text[], $3::text[]) AS f(consent_key, nonce, repeated_text)
    JOIN consent_event AS t ON t.consent_key = f.consent_key
    WHERE t.nonce <> f.nonce
      AND (t.repeated_at IS NULL OR t.repeated_at < f.repeated_text::timestamptz)
    ORDER BY t.consent_key
    FOR UPDATE OF t
  ) AS held
  GROUP BY held.consent_key
) AS again
WHERE t.consent_key = again.consent_key`;

/** @param facts of copies of events that were applied before. */
export async function repeatConsents(
  session: WriteSession,
  facts: readonly ConsentEventFact[],
): Promise<void> {
  const repeated = facts.flatMap(({ consentKey, nonce, repeatedAt }) =>
    nonce === undefined || repeatedAt === undefined ? [] : [{ consentKey, nonce, repeatedAt }],
  );
  if (repeated.length === 0) return;
  await session.query({ sql: repeat }, [
    byteaArray(repeated.map(({ consentKey }) => consentKey)),
    textArray(repeated.map(({ nonce }) => nonce)),
    textArray(repeated.map(({ repeatedAt }) => repeatedAt)),
  ]);
}
