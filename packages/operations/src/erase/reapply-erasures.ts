import {
  beginErasure,
  findByDigests,
  findPersonAgain,
  findRunningById,
  liftErasures,
  listSettledErasures,
  WrongErasureKeyError,
} from '@sinch-callbacks/db';
import {
  type ErasureResult,
  type ErasureTools,
  requireLogAndKey,
  runErasure,
} from './erase-person.ts';
import { readErasureLog } from './erasure-log.ts';

export interface ReappliedErasures {
  /** Those of the log that were not lifted. */
  readonly inLog: number;
  readonly cutLines: number;
  /** Those that the log has as lifted and the database had not. */
  readonly lifted: number;
  readonly repeated: readonly ErasureResult[];
}

/**
 * Repeats the erasures of the log that a restored database does not have, and lifts those that were
 * lifted. One that it has is left alone: what happened since is a new relation. After an
 * interruption, the same call continues. A person of whom only texts of others speak is not found.
 * @throws ErasureLogError, WrongErasureKeyError, DatabaseUnavailableError, TooManyIdsError, or
 *   QueueUnavailableError.
 */
export async function reapplyErasures(tools: ErasureTools): Promise<ReappliedErasures> {
  const { database, keys, logFile, now } = tools;
  // Before it is opened for writing, which would make it.
  const { erasures, lifted, cutLines } = await readErasureLog(logFile);
  await requireLogAndKey(tools);
  for (const { keyId } of erasures) {
    if (keyId !== undefined && keyId !== keys.keyId) {
      throw new WrongErasureKeyError('in ERASURE_LOG', keyId);
    }
  }
  const liftedNow = await liftErasures(database, lifted);
  const ids = erasures.map(({ id }) => id);
  const settled = new Set(await listSettledErasures(database, ids));
  const missing = erasures.filter(({ id }) => !settled.has(id));
  const digestsById = new Map(missing.map(({ id, digests }) => [id, digests]));
  const people = await findByDigests(database, digestsById, keys);
  const repeated: ErasureResult[] = [];
  for (const line of missing) {
    const { id, digests, typed = digests, cutoff, operator, isForEver } = line;
    const found = people.get(id);
    if (found === undefined) continue;
    const before = await findRunningById(database, id, keys);
    const asked = {
      named: before?.named ?? [],
      typed,
      others: line.others ?? 'lose-shared',
      isAtSinch: before?.isAtSinch ?? false,
    };
    const generation = before && { generation: before.generation };
    const known = before ? [found, before.person] : [found];
    const person = await findPersonAgain(database, known, asked);
    const request = { ...asked, operator, isForEver, digests, at: now(), cutoff: new Date(cutoff) };
    const begun = await beginErasure(database, { ...request, ...generation, id, person }, keys);
    const isResumed = before !== undefined;
    repeated.push(await runErasure(tools, { ...begun, isResumed }, line));
  }
  return { inLog: erasures.length, cutLines, lifted: liftedNow.length, repeated };
}
