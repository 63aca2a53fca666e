import type { Database } from '../database.ts';
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

/**
 * Identities first, while the contact still shows that it is quiet: both are one statement, so that
 * an interruption leaves no half.
 */
const redactQuiet = `
WITH quiet AS (
  SELECT c.sinch_contact_id FROM contact AS c
  WHERE c.ctid >= $2::tid AND c.ctid < $3::tid AND ${isQuiet}
  FOR UPDATE OF c SKIP LOCKED
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
  database: Pick<Database, 'pool'>,
  before: Date,
  batch: number,
  pace: Pace,
): Promise<number> {
  return await walkPages(database, 'contact', batch, pace, async (range) => {
    const values = [before.toISOString(), ...range];
    const { rows } = await database.pool.query<{ rows: number }>(redactQuiet, values);
    return rows[0]?.rows ?? 0;
  });
}
