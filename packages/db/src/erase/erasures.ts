import { randomUUID } from 'node:crypto';
import { readTypedIdentity } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { byteaArray } from '../write/text-array.ts';
import { inWriteSession } from '../write/write-session.ts';
import { asDigested, type ErasureKeys } from './erasure-keys.ts';
import { digestsOf, type Person, type PersonKey } from './person.ts';

/** The place that an erasure has reached. */
export interface ErasurePosition {
  /** The table, by its number. */
  readonly table: number;
  /** The end of the last page of it. */
  readonly from: readonly string[] | undefined;
}

/** An erasure that has begun, and may have been interrupted. */
export interface RunningErasure {
  readonly id: string;
  readonly cutoff: Date;
  readonly isForEver: boolean;
  readonly person: Person;
  readonly position: ErasurePosition;
  readonly isResumed: boolean;
}

export interface ErasureToBegin {
  readonly person: Person;
  /** Digests of what was typed too: a person without any row is recognised by them. */
  readonly typed: readonly string[];
  readonly operator: string;
  readonly at: Date;
  /** What happened before it is the person's; `at`, except after a restore. */
  readonly cutoff: Date;
  readonly isForEver: boolean;
  /** The id of an erasure that is repeated after a restore. */
  readonly id?: string;
}

/** Lists the digests of what was typed. */
export function typedDigests(key: PersonKey, keys: ErasureKeys): readonly string[] {
  switch (key.kind) {
    case 'phone': {
      const { identities } = readTypedIdentity(key.value);
      return [...new Set(identities.map((one) => keys.digest('identity', asDigested(one))))];
    }
    case 'contact':
    case 'external-id':
      return [keys.digest(key.kind, key.value)];
    case 'email':
      return [keys.digest('email', key.value.toLowerCase())];
  }
}

const findRunning = `
SELECT e.id, e.cutoff, e.for_ever AS "isForEver", e.progress
FROM erasure AS e
WHERE e.state = 'RUNNING' AND e.progress IS NOT NULL AND EXISTS (
  SELECT FROM erased_key AS k WHERE k.erasure_id = e.id AND k.digest = ANY ($1::bytea[]))
ORDER BY e.requested_at LIMIT 1`;

interface RunningRow {
  readonly id: string;
  readonly cutoff: Date;
  readonly isForEver: boolean;
  readonly progress: { readonly person: string; readonly position: string };
}

/**
 * Finds an erasure of the same person that was interrupted.
 * @throws DatabaseUnavailableError, or an error where ERASURE_KEY has changed since.
 */
export async function findRunningErasure(
  { pool }: Pick<Database, 'pool'>,
  typed: readonly string[],
  keys: ErasureKeys,
): Promise<RunningErasure | undefined> {
  const { rows } = await whileAvailable(
    async () => await pool.query<RunningRow>(findRunning, [byteaArray(typed)]),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { id, cutoff, isForEver, progress } = row;
  // Only this module seals them.
  const person = JSON.parse(keys.unseal(progress.person)) as Person;
  const position = JSON.parse(keys.unseal(progress.position)) as ErasurePosition;
  return { id, cutoff, isForEver, person, position, isResumed: true };
}

const insertErasure = `
INSERT INTO erasure (id, requested_at, cutoff, state, for_ever, operator, progress)
VALUES ($1::uuid, $2::timestamptz, $3::timestamptz, 'RUNNING', $4::boolean, $5, $6::jsonb)
ON CONFLICT (id) DO UPDATE SET state = 'RUNNING', finished_at = NULL,
  progress = excluded.progress`;

const insertKeys = `
INSERT INTO erased_key (erasure_id, digest) SELECT $1::uuid, d FROM unnest($2::bytea[]) AS d
ON CONFLICT DO NOTHING`;

/**
 * Puts the person on the list, with the row of the erasure. From the commit on, writers recognise
 * copies of what happened before.
 * @throws DatabaseUnavailableError.
 */
export async function beginErasure(
  database: Database,
  { person, typed, operator, at, cutoff, isForEver, id = randomUUID() }: ErasureToBegin,
  keys: ErasureKeys,
): Promise<RunningErasure> {
  const digests = [...new Set([...typed, ...digestsOf(person, keys)])];
  const position = { table: 0, from: undefined };
  const progress = {
    person: keys.seal(JSON.stringify(person)),
    position: keys.seal(JSON.stringify(position)),
  };
  const options = { keepsStatements: false, lockTimeoutMs: database.limits.lockTimeoutMs };
  await whileAvailable(
    async () =>
      await inWriteSession(database, options, async (session) => {
        await session.query({ sql: insertErasure }, [
          id,
          at.toISOString(),
          cutoff.toISOString(),
          String(isForEver),
          operator,
          JSON.stringify(progress),
        ]);
        await session.query({ sql: insertKeys }, [id, byteaArray(digests)]);
      }),
  );
  return { id, cutoff, isForEver, person, position, isResumed: false };
}

/** A statement that notes a page. Its cursor may hold another person's number: it is sealed. */
export const notePage = `
UPDATE erasure SET
  progress = jsonb_set(progress, '{position}', to_jsonb($2::text)),
  counts = CASE WHEN $4::integer = 0 THEN counts ELSE jsonb_set(counts, ARRAY[$3::text],
    to_jsonb(coalesce((counts ->> $3::text)::integer, 0) + $4::integer)) END
WHERE id = $1::uuid`;

const addCounts = `
UPDATE erasure SET counts = counts || (
  SELECT jsonb_object_agg(key, value::integer + coalesce((counts ->> key)::integer, 0))
  FROM jsonb_each_text($2::jsonb))
WHERE id = $1::uuid AND $2::jsonb <> '{}'`;

/** Adds to the counts of an erasure, by place. */
export async function noteErasureCounts(
  { pool }: Pick<Database, 'pool'>,
  id: string,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  await whileAvailable(async () => await pool.query(addCounts, [id, JSON.stringify(counts)]));
}

/**
 * A contact that Sinch deleted is done with: nothing new happens to it, and no schedule looks at it
 * again. Only now, so that an interrupted erasure is done again. In the order of a writer's locks.
 */
const finish = `
WITH gone AS MATERIALIZED (
  SELECT sinch_contact_id AS id FROM contact
  WHERE sinch_contact_id = ANY ($4::text[]) AND deleted_at IS NOT NULL AND emptied_at IS NULL
  ORDER BY sinch_contact_id FOR UPDATE
), marked AS (
  UPDATE contact AS c SET emptied_at = now() FROM gone WHERE c.sinch_contact_id = gone.id
)
UPDATE erasure SET state = 'DONE', finished_at = $2::timestamptz, progress = NULL,
  counts = counts || $3::jsonb
WHERE id = $1::uuid AND state = 'RUNNING'
RETURNING counts`;

/** Ends an erasure, and forgets who it was about. Returns its counts by place. */
export async function finishErasure(
  { pool }: Pick<Database, 'pool'>,
  { id, person }: Pick<RunningErasure, 'id' | 'person'>,
  at: Date,
  more: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await whileAvailable(
    async () =>
      await pool.query<{ counts: Record<string, number> }>(finish, [
        id,
        at.toISOString(),
        JSON.stringify(more),
        person.contacts,
      ]),
  );
  return rows[0]?.counts ?? more;
}

const lift = `
WITH lifted AS (
  UPDATE erasure SET state = 'LIFTED'
  WHERE state = 'DONE' AND id IN (SELECT erasure_id FROM erased_key WHERE digest = ANY ($1::bytea[]))
  RETURNING id
), gone AS (
  DELETE FROM erased_key WHERE erasure_id IN (SELECT id FROM lifted)
)
SELECT id FROM lifted`;

/**
 * Takes a person off the list: later copies are written as they are. What was removed stays removed,
 * and so do the consents under their keyed spelling. Returns the ids of the erasures.
 */
export async function liftErasures(
  { pool }: Pick<Database, 'pool'>,
  typed: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await whileAvailable(
    async () => await pool.query<{ id: string }>(lift, [byteaArray(typed)]),
  );
  return rows.map(({ id }) => id);
}

/** Lists those of the ids that the database has as finished or lifted. */
export async function listSettledErasures(
  { pool }: Pick<Database, 'pool'>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const sql = `SELECT id FROM erasure WHERE state <> 'RUNNING' AND id = ANY ($1::uuid[])`;
  const { rows } = await whileAvailable(
    async () => await pool.query<{ id: string }>(sql, [[...ids]]),
  );
  return rows.map(({ id }) => id);
}
