import {
  beginErasure,
  completePerson,
  findByDigests,
  findRunningErasure,
  listSettledErasures,
} from '@sinch-callbacks/db';
import { type ErasureResult, type ErasureTools, runErasure } from './erase-person.ts';
import { readErasureLog } from './erasure-log.ts';

/**
 * Repeats the erasures of the log that a restored database does not have. One that it has is left
 * alone: what happened since is a new relation. After an interruption, the same call continues.
 * @throws ErasureLogError, DatabaseUnavailableError, or QueueUnavailableError.
 */
export async function reapplyErasures(tools: ErasureTools): Promise<readonly ErasureResult[]> {
  const { database, keys, logFile, now, operator } = tools;
  const { erasures } = await readErasureLog(logFile);
  const ids = erasures.map(({ id }) => id);
  const settled = new Set(await listSettledErasures(database, ids));
  const missing = erasures.filter(({ id }) => !settled.has(id));
  const digestsById = new Map(missing.map(({ id, digests }) => [id, digests]));
  const people = await findByDigests(database, digestsById, keys);
  const results: ErasureResult[] = [];
  for (const { id, digests, cutoff, isForEver } of missing) {
    const known = people.get(id);
    if (known === undefined) continue;
    const interrupted = await findRunningErasure(database, digests, keys);
    if (interrupted?.id === id) {
      results.push(await runErasure(tools, interrupted, digests));
      continue;
    }
    const { person } = await completePerson(database.pool, known);
    const request = { person, typed: digests, operator, at: now(), isForEver };
    const running = await beginErasure(
      database,
      { ...request, id, cutoff: new Date(cutoff) },
      keys,
    );
    results.push(await runErasure(tools, running, digests));
  }
  return results;
}
