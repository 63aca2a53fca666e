import type { Database } from '../database.ts';
import { WrongErasureKeyError, whileAvailable } from '../failure.ts';
import type { ErasureKeys } from './erasure-keys.ts';

/**
 * The id of the key of all erasures, which any row has. Not of one that was lifted: the list has no
 * digest of it. If it left consents under their keyed spelling, they need its key all the same.
 */
export const usedKeyId = `(SELECT key_id FROM erasure
  WHERE key_id IS NOT NULL AND (state <> 'LIFTED' OR counts ? 'consent_event')
  ORDER BY id LIMIT 1)`;

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
