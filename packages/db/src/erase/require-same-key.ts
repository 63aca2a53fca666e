import type { Database } from '../database.ts';
import { WrongErasureKeyError, whileAvailable } from '../failure.ts';
import type { ErasureKeys } from './erasure-keys.ts';

/** The id of the key of all erasures. Each one is refused with another key, so any row has it. */
export const usedKeyId = '(SELECT key_id FROM erasure WHERE key_id IS NOT NULL LIMIT 1)';

/**
 * Refuses another ERASURE_KEY than the one that erased people here: it recognises none of them.
 * @throws WrongErasureKeyError.
 */
export function refuseOtherKey(keyId: string | null | undefined, keys: ErasureKeys): void {
  if (keyId && keyId !== keys.keyId) throw new WrongErasureKeyError('here', keyId);
}

/**
 * As {@link refuseOtherKey}, with the key that the database has.
 * @throws WrongErasureKeyError or DatabaseUnavailableError.
 */
export async function requireSameKey(
  { pool }: Pick<Database, 'pool'>,
  keys: ErasureKeys,
): Promise<void> {
  const { rows } = await whileAvailable(
    async () => await pool.query<{ keyId: string | null }>(`SELECT ${usedKeyId} AS "keyId"`),
  );
  refuseOtherKey(rows[0]?.keyId, keys);
}
