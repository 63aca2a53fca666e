import type { Database } from '../database.ts';
import { inRetriedSession } from '../write/retried-session.ts';
import { textArray } from '../write/text-array.ts';
import { namesNoConsent } from './empty-rows.ts';
import { emptyingOf, isFull } from './personal-columns.ts';
import { type Pace, walkPages } from './walk-pages.ts';

/** The contact and those that it was merged with. */
const members = `(SELECT c.sinch_contact_id AS id UNION ALL
  SELECT other.contact_id FROM contact_root AS own JOIN contact_root AS other USING (root_id)
  WHERE own.contact_id = c.sinch_contact_id) AS member`;

/** Contacts with which nothing has happened since. Each question has an index of the contact. */
export const isQuiet = `c.created_at < $1::timestamptz
  AND coalesce(c.updated_at, c.created_at) < $1::timestamptz
  AND NOT EXISTS (SELECT FROM ${members}
    WHERE EXISTS (SELECT FROM message AS m
        WHERE m.contact_id = member.id AND m.created_at >= $1::timestamptz)
      OR EXISTS (SELECT FROM inbound_event AS m
        WHERE m.contact_id = member.id AND m.created_at >= $1::timestamptz)
      OR EXISTS (SELECT FROM conversation AS m
        WHERE m.contact_id = member.id AND m.updated_at >= $1::timestamptz)
      OR EXISTS (SELECT FROM outbound AS m
        WHERE m.contact_id = member.id AND coalesce(m.settled_at, 'infinity') >= $1::timestamptz)
      OR EXISTS (SELECT FROM contact AS m WHERE m.sinch_contact_id = member.id
        AND coalesce(m.updated_at, m.created_at) >= $1::timestamptz))`;

/** A writer locks the contact of whatever it writes. */
const lockQuiet = `
SELECT c.sinch_contact_id AS id FROM contact AS c
WHERE c.ctid >= $2::tid AND c.ctid < $3::tid AND ${isQuiet}
FOR UPDATE OF c SKIP LOCKED`;

/**
 * Judges the contacts once more, now that no writer can change that: what it committed before the
 * lock is not in the snapshot of the statement that took it.
 */
const redactQuiet = `
WITH quiet AS (
  SELECT c.sinch_contact_id FROM contact AS c
  WHERE c.sinch_contact_id = ANY($2::text[]) AND ${isQuiet}
), emptied AS (
  UPDATE contact SET ${emptyingOf('contact')} FROM quiet
  WHERE contact.sinch_contact_id = quiet.sinch_contact_id AND ${isFull('contact')}
  RETURNING 1
), deleted AS (
  DELETE FROM contact_identity AS i USING quiet
  WHERE i.sinch_contact_id = quiet.sinch_contact_id AND ${namesNoConsent}
  RETURNING 1
)
SELECT (SELECT count(*) FROM emptied)::integer + (SELECT count(*) FROM deleted)::integer AS rows`;

/**
 * Empties the profiles of contacts with which nothing has happened since an instant, and removes
 * their identities. Returns the number of rows of both.
 */
export async function redactOldContacts(
  database: Pick<Database, 'pool' | 'limits'>,
  before: Date,
  batch: number,
  pace: Pace,
): Promise<number> {
  return await walkPages(database, 'contact', batch, pace, async (range) => {
    const at = before.toISOString();
    return await inRetriedSession(database, async (session) => {
      const locked = await session.query<{ id: string }>({ sql: lockQuiet }, [at, ...range]);
      if (locked.rows.length === 0) return 0;
      const ids = textArray(locked.rows.map(({ id }) => id));
      const { rows } = await session.query<{ rows: number }>({ sql: redactQuiet }, [at, ids]);
      return rows[0]?.rows ?? 0;
    });
  });
}
