import {
  beginErasure,
  findByDigests,
  findPersonAgain,
  findRunningById,
  liftErasures,
  listSettledErasures,
  type Person,
  WrongErasureKeyError,
} from '@sinch-callbacks/db';
import {
  type ErasureResult,
  type ErasureTools,
  requireLogAndKey,
  runErasure,
} from './erase-person.ts';
import { type LoggedErasure } from './erasure-lines.ts';
import { readErasureLog } from './erasure-log.ts';
import { type FailedErasure, runEach } from './run-each.ts';

export interface ReappliedErasures {
  /** Those of the log that were not lifted. */
  readonly inLog: number;
  readonly cutLines: number;
  /** Those that the log has as lifted and the database had not. */
  readonly lifted: number;
  readonly repeated: readonly ErasureResult[];
  readonly failed: readonly FailedErasure[];
}

/**
 * Repeats the erasures of the log that a restored database does not have, and lifts those that were
 * lifted. One that it has is left alone: what happened since is a new relation. After an
 * interruption, the same call continues. A person of whom only texts of others speak is not found.
 * @throws ErasureLogError, WrongErasureKeyError, DatabaseUnavailableError, or
 *   QueueUnavailableError.
 */
export async function reapplyErasures(tools: ErasureTools): Promise<ReappliedErasures> {
  const { database, keys, logFile } = tools;
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
  const { ended, failed } = await runEach(
    missing.flatMap((line) => {
      const person = people.get(line.id);
      return person === undefined ? [] : { id: line.id, line, person };
    }),
    async ({ line, person }) => await repeatErasure(tools, line, person),
  );
  return { inLog: erasures.length, cutLines, lifted: liftedNow.length, repeated: ended, failed };
}

/** Repeats one erasure. One that runs does no less than was asked for in either place. */
async function repeatErasure(
  tools: ErasureTools,
  line: LoggedErasure,
  found: Person,
): Promise<ErasureResult> {
  const { database, keys, now } = tools;
  const { id, digests, typed = digests, cutoff, operator, isForEver, others } = line;
  const before = await findRunningById(database, id, keys);
  const isSpared = others === 'spared' && (before === undefined || before.others === 'spared');
  const asked = {
    named: before?.named ?? [],
    typed: [...new Set([...typed, ...(before?.typed ?? [])])],
    others: isSpared ? 'spared' : 'lose-shared',
    isAtSinch: line.isAtSinch || (before?.isAtSinch ?? false),
  } as const;
  const known = before ? [found, before.person] : [found];
  const generation = before && { generation: before.generation };
  const person = await findPersonAgain(database, known, asked);
  const request = { ...asked, operator, isForEver, digests, at: now(), cutoff: new Date(cutoff) };
  const begun = await beginErasure(database, { ...request, ...generation, id, person }, keys);
  return await runErasure(tools, { ...begun, isResumed: before !== undefined }, line);
}
