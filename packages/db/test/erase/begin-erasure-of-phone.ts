import { createErasureKeys } from '../../src/erase/erasure-keys.ts';
import {
  beginErasure,
  type Database,
  findPerson,
  findRunningErasure,
  type PersonKey,
  type RunningErasure,
  typedDigests,
} from '../../src/index.ts';

/** Begins the erasure of the person at {@link typed}, or finds the one that was interrupted. */
export async function beginErasureOfPhone(database: Database): Promise<RunningErasure> {
  const digests = typedDigests(typed, keys);
  const resumed = await findRunningErasure(database, digests, keys);
  if (resumed) return resumed;
  const { person } = await findPerson(database.pool, typed);
  const at = new Date();
  const request = {
    person,
    typed: digests,
    operator: 'test@here',
    at,
    cutoff: at,
    isForEver: false,
  };
  return await beginErasure(database, request, keys);
}

export const keys = createErasureKeys('a key for these tests alone, 32 characters');
export const typed: PersonKey = { kind: 'phone', value: '+46 70-123 00 01' };
