import type { CliConfig } from '@sinch-callbacks/config';
import { createErasureKeys, type ErasureKeys } from '@sinch-callbacks/db';

/** Returns the keys that find the consents of erased people; none without ERASURE_KEY. */
export function erasureKeysOf({ erasure }: Pick<CliConfig, 'erasure'>): ErasureKeys | undefined {
  return erasure.key === undefined ? undefined : createErasureKeys(erasure.key);
}
