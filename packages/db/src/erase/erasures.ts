import { randomUUID } from 'node:crypto';
import { readTypedIdentity } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { ErasureTakenOverError, whileAvailable } from '../failure.ts';
import { byteaArray, textArray } from '../write/text-array.ts';
import { inWriteSession } from '../write/write-session.ts';
import { asDigested, type ErasureKeys } from './erasure-keys.ts';
import { digestsOf, type OtherContacts, type Person, type PersonKey } from './person.ts';
import { requireSameKey } from './require-same-key.ts';

/** The place that an erasure has reached. */
export interface ErasurePosition {
  /** The table, by its number. */
  readonly table: number;
  /** The end of the last page of it. */
  readonly from: readonly string[] | undefined;
}

/** What was asked for. It is kept encrypted until the end, so that a resumed one does no less. */
export interface ErasureRequest {
  /** What named the person. Empty where only the log of erasures did. */
  readonly named: readonly PersonKey[];
  /** The digests of it. A person without any row is recognised by them. */
  readonly typed: readonly string[];
  readonly others: OtherContacts;
  /** True where the person is to be deleted at Sinch too: without that it does not end. */
  readonly isAtSinch: boolean;
}

/** An erasure that has begun, and may have been interrupted. */
export interface RunningErasure extends ErasureRequest {
  readonly id: string;
  readonly cutoff: Date;
  readonly isForEver: boolean;
  readonly operator: string;
  readonly person: Person;
  readonly position: ErasurePosition;
  /** Grows each time it is begun again: a run of an earlier generation changes nothing more. */
  readonly generation: number;
  readonly isResumed: boolean;
}

export interface ErasureToBegin extends Partial<ErasureRequest> {
  readonly person: Person;
  readonly typed: readonly string[];
  readonly operator: string;
  readonly at: Date;
  /** What happened before it is the person's; `at`, except after a restore. */
  readonly cutoff: Date;
  readonly isForEver: boolean;
  /** Digests of what the database does not have after a restore. */
  readonly digests?: readonly string[];
  /** The id of an erasure that is begun once more. */
  readonly id?: string;
  /** The generation that was read of it; absent where the database had no such erasure. */
  readonly generation?: number;
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

const running = `
SELECT e.id, e.cutoff, e.for_ever AS "isForEver", e.operator, e.person, e.position, e.request,
  e.generation
FROM erasure AS e
WHERE e.state = 'RUNNING' AND e.person IS NOT NULL`;

/** By what was typed: another erasure may have found the same number as one of someone else's. */
const ofTyped = `EXISTS (SELECT FROM erased_key AS k
  WHERE k.erasure_id = e.id AND k.is_typed AND k.digest = ANY ($1::bytea[]))`;

interface RunningRow {
  readonly id: string;
  readonly cutoff: Date;
  readonly isForEver: boolean;
  readonly operator: string;
  readonly person: string;
  /** Null where an earlier release began it. */
  readonly position: string | null;
  readonly request: string | null;
  readonly generation: number;
}

/** Before requests were kept. */
const unknownRequest: ErasureRequest = {
  named: [],
  typed: [],
  others: 'lose-shared',
  isAtSinch: false,
};

const start: ErasurePosition = { table: 0, from: undefined };

/** Checks for an erasure that has changed no row yet. */
export function isAtStart({ table, from }: ErasurePosition): boolean {
  return table === 0 && from === undefined;
}

/**
 * Finds an erasure that was interrupted, by what was typed for it.
 * @throws DatabaseUnavailableError, or an error where ERASURE_KEY has changed since.
 */
export async function findRunningErasure(
  database: Pick<Database, 'pool'>,
  typed: readonly string[],
  keys: ErasureKeys,
): Promise<RunningErasure | undefined> {
  return (await readRunning(database, keys, ofTyped, byteaArray(typed)))[0];
}

/** Finds an erasure that was interrupted, by its id. @throws as {@link findRunningErasure}. */
export async function findRunningById(
  database: Pick<Database, 'pool'>,
  id: string,
  keys: ErasureKeys,
): Promise<RunningErasure | undefined> {
  return (await readRunning(database, keys, 'e.id = $1::uuid', id))[0];
}

/** Lists all that were interrupted, oldest first. @throws as {@link findRunningErasure}. */
export async function listRunningErasures(
  database: Pick<Database, 'pool'>,
  keys: ErasureKeys,
): Promise<readonly RunningErasure[]> {
  return await readRunning(database, keys, 'true');
}

async function readRunning(
  { pool }: Pick<Database, 'pool'>,
  keys: ErasureKeys,
  condition: string,
  ...values: readonly (string | Buffer)[]
): Promise<readonly RunningErasure[]> {
  const sql = `${running} AND ${condition} ORDER BY e.requested_at, e.id`;
  const { rows } = await whileAvailable(async () => await pool.query<RunningRow>(sql, [...values]));
  return rows.map(({ person, position, request, ...row }) => ({
    ...row,
    // Only this module seals them.
    ...(request === null ? unknownRequest : (JSON.parse(keys.unseal(request)) as ErasureRequest)),
    // What was sealed by an earlier release has no list of what is shared.
    person: { shared: [], ...(JSON.parse(keys.unseal(person)) as Omit<Person, 'shared'>) },
    position: position === null ? start : (JSON.parse(keys.unseal(position)) as ErasurePosition),
    isResumed: true,
  }));
}

const insertErasure = `
INSERT INTO erasure AS e
  (id, requested_at, cutoff, state, for_ever, operator, key_id, person, position, request)
VALUES ($1::uuid, $2::timestamptz, $3::timestamptz, 'RUNNING', $4::boolean, $5, $6, $7, $8, $9)
ON CONFLICT (id) DO UPDATE SET
  cutoff = greatest(e.cutoff, excluded.cutoff), for_ever = e.for_ever OR excluded.for_ever,
  key_id = excluded.key_id, person = excluded.person, position = excluded.position,
  request = excluded.request, generation = e.generation + 1
WHERE e.state = 'RUNNING' AND e.generation = $10::integer
RETURNING cutoff, for_ever AS "isForEver", generation`;

const insertKeys = `
INSERT INTO erased_key AS k (erasure_id, digest, is_typed)
SELECT $1::uuid, d, d = ANY ($3::bytea[]) FROM unnest($2::bytea[]) AS d
ON CONFLICT (digest, erasure_id) DO UPDATE SET is_typed = true
  WHERE excluded.is_typed AND NOT k.is_typed`;

/**
 * Puts the person on the list, with the row of the erasure. From the commit on, writers recognise
 * copies of what happened before. With the id of one that is there, that one is widened, and begins
 * from its first page.
 * @throws WrongErasureKeyError, ErasureTakenOverError or DatabaseUnavailableError.
 */
export async function beginErasure(
  database: Database,
  { person, at, id = randomUUID(), ...given }: ErasureToBegin,
  keys: ErasureKeys,
): Promise<RunningErasure> {
  await requireSameKey(database, keys);
  const { operator, isForEver, typed, named = [], others = 'lose-shared', generation } = given;
  const request = { named, typed, others, isAtSinch: given.isAtSinch ?? false };
  const digests = [...new Set([...typed, ...(given.digests ?? []), ...digestsOf(person, keys)])];
  const seal = (value: object) => keys.seal(JSON.stringify(value));
  const options = { keepsStatements: false, lockTimeoutMs: database.limits.lockTimeoutMs };
  const begun = await whileAvailable(
    async () =>
      await inWriteSession(database, options, async (session) => {
        const { rows } = await session.query<BegunRow>({ sql: insertErasure }, [
          id,
          at.toISOString(),
          given.cutoff.toISOString(),
          String(isForEver),
          operator,
          keys.keyId,
          seal(person),
          seal(start),
          seal(request),
          generation ?? null,
        ]);
        const [row] = rows;
        if (row === undefined) throw new ErasureTakenOverError();
        await session.query({ sql: insertKeys }, [id, byteaArray(digests), byteaArray(typed)]);
        return row;
      }),
  );
  return { id, operator, person, ...request, ...begun, position: start, isResumed: false };
}

/** What the row has, which may be more than was asked for now. */
type BegunRow = Pick<RunningErasure, 'cutoff' | 'isForEver' | 'generation'>;

/**
 * A statement that notes a page, of no row where another run has taken the erasure over. Its cursor
 * may hold another person's number: it is sealed.
 */
export const notePage = `
UPDATE erasure SET position = $2,
  counts = CASE WHEN $4::integer = 0 THEN counts ELSE jsonb_set(counts, ARRAY[$3::text],
    to_jsonb(coalesce((counts ->> $3::text)::integer, 0) + $4::integer)) END
WHERE id = $1::uuid AND state = 'RUNNING' AND generation = $5::integer`;

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
UPDATE erasure SET state = 'DONE', finished_at = $2::timestamptz, person = NULL, position = NULL,
  request = NULL, counts = counts || $3::jsonb
WHERE id = $1::uuid AND state = 'RUNNING' AND generation = $5::integer
RETURNING counts`;

/**
 * Ends an erasure, and forgets who it was about. Returns its counts by place.
 * @throws ErasureTakenOverError or DatabaseUnavailableError.
 */
export async function finishErasure(
  database: Pick<Database, 'pool' | 'limits'>,
  { id, person, generation }: Pick<RunningErasure, 'id' | 'person' | 'generation'>,
  at: Date,
  more: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> {
  const options = { keepsStatements: false, lockTimeoutMs: database.limits.lockTimeoutMs };
  const values = [id, at.toISOString(), JSON.stringify(more), textArray(person.contacts)];
  return await whileAvailable(
    async () =>
      await inWriteSession(database, options, async (session) => {
        const { rows } = await session.query<{ counts: Record<string, number> }>({ sql: finish }, [
          ...values,
          generation,
        ]);
        // The contacts are not marked then either: the error rolls that back.
        if (rows[0] === undefined) throw new ErasureTakenOverError();
        return rows[0].counts;
      }),
  );
}
