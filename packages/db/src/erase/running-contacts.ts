import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { byteaArray } from '../write/text-array.ts';
import type { ErasureKeys } from './erasure-keys.ts';

const select = `
SELECT DISTINCT encode(k.digest, 'hex') AS digest
FROM erased_key AS k JOIN erasure AS e ON e.id = k.erasure_id
WHERE e.state = 'RUNNING' AND k.digest = ANY ($1::bytea[])`;

/**
 * Returns those of the contacts whose erasure has begun and not ended.
 * @throws DatabaseUnavailableError.
 */
export async function findRunningContacts(
  { pool }: Pick<Database, 'pool'>,
  sinchContactIds: readonly string[],
  keys: ErasureKeys,
): Promise<ReadonlySet<string>> {
  const ids = new Map(sinchContactIds.map((id) => [keys.digest('contact', id), id]));
  const { rows } = await whileAvailable(
    async () => await pool.query<{ digest: string }>(select, [byteaArray([...ids.keys()])]),
  );
  return new Set(rows.flatMap(({ digest }) => ids.get(digest) ?? []));
}
