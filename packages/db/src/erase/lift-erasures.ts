import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { byteaArray } from '../write/text-array.ts';

/** Erasures of what was typed. */
export interface TypedErasures {
  readonly done: readonly string[];
  /** Not ended: what names the person is still in them. */
  readonly running: readonly string[];
}

const ofTyped = `
SELECT id, state = 'DONE' AS "isDone" FROM erasure
WHERE state <> 'LIFTED' AND id IN (
  SELECT erasure_id FROM erased_key WHERE is_typed AND digest = ANY ($1::bytea[]))`;

/** Finds the erasures that what is typed has named. One that only found it is someone else's. */
export async function findTypedErasures(
  { pool }: Pick<Database, 'pool'>,
  typed: readonly string[],
): Promise<TypedErasures> {
  const { rows } = await whileAvailable(
    async () => await pool.query<{ id: string; isDone: boolean }>(ofTyped, [byteaArray(typed)]),
  );
  const idsOf = (isWanted: boolean) =>
    rows.filter(({ isDone }) => isDone === isWanted).map(({ id }) => id);
  return { done: idsOf(true), running: idsOf(false) };
}

const lift = `
WITH lifted AS (
  UPDATE erasure SET state = 'LIFTED', person = NULL, position = NULL, request = NULL,
    finished_at = coalesce(finished_at, now())
  WHERE state <> 'LIFTED' AND id = ANY ($1::uuid[]) RETURNING id
), gone AS (
  DELETE FROM erased_key WHERE erasure_id IN (SELECT id FROM lifted)
)
SELECT id FROM lifted`;

/**
 * Takes erasures off the list: later copies are written as they are. One that has not ended, as a
 * restore leaves it, changes nothing more. What was removed stays removed, and so do the consents
 * under their keyed spelling. Returns the ids.
 */
export async function liftErasures(
  { pool }: Pick<Database, 'pool'>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await whileAvailable(
    async () => await pool.query<{ id: string }>(lift, [[...ids]]),
  );
  return rows.map(({ id }) => id);
}

const settled = `SELECT id FROM erasure WHERE state <> 'RUNNING' AND id = ANY ($1::uuid[])`;

/** Lists those of the ids that the database has as finished or lifted. */
export async function listSettledErasures(
  { pool }: Pick<Database, 'pool'>,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await whileAvailable(
    async () => await pool.query<{ id: string }>(settled, [[...ids]]),
  );
  return rows.map(({ id }) => id);
}

const inspect = `
SELECT id, state = 'RUNNING' AS "isRunning", requested_at AS at, key_id AS "keyId"
FROM erasure WHERE state <> 'LIFTED' ORDER BY requested_at`;

/** What the table of erasures says of all that are not lifted. */
export interface ErasureRecords {
  readonly ids: readonly string[];
  /** Those that have not ended. */
  readonly running: number;
  readonly runningSince: Date | undefined;
  /** The key of all of them; undefined where none is known. */
  readonly keyId: string | undefined;
}

/** Reads the record of all erasures. */
export async function readErasureRecords({
  pool,
}: Pick<Database, 'pool'>): Promise<ErasureRecords> {
  const { rows } = await whileAvailable(
    async () =>
      await pool.query<{ id: string; isRunning: boolean; at: Date; keyId: string | null }>(inspect),
  );
  const running = rows.filter(({ isRunning }) => isRunning);
  return {
    ids: rows.map(({ id }) => id),
    running: running.length,
    runningSince: running[0]?.at,
    keyId: rows.find(({ keyId }) => keyId !== null)?.keyId ?? undefined,
  };
}
