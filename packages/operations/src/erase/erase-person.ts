import { matchesOf } from '@sinch-callbacks/core';
import {
  beginErasure,
  countToErase,
  type Database,
  digestsOf,
  type ErasureKeys,
  eraseTables,
  findPerson,
  findPersonAgain,
  findRunningErasure,
  finishErasure,
  listRunningErasures,
  type OnErasedPage,
  type OtherContacts,
  type Person,
  type PersonKey,
  type RunningErasure,
  renewStatistics,
  requireSameKey,
  searchTextsOf,
  typedDigests,
  widenErasure,
} from '@sinch-callbacks/db';
import type { AppendOnlyFile } from '@sinch-callbacks/queue';
import { countAtSinch } from './delete-at-sinch.ts';
import { type AtSinch, eraseAtSinch, idsAtSinch } from './erase-at-sinch.ts';
import { type LoggedErasure } from './erasure-lines.ts';
import { findLogged, noteErasure, requireErasureLog } from './erasure-log.ts';
import { type EndsOf, runEach } from './run-each.ts';

export interface ErasureTools {
  readonly database: Database;
  readonly keys: ErasureKeys;
  /** The file of ERASURE_LOG. */
  readonly logFile: string;
  /** Erases from the queues all that `matches` finds. */
  readonly eraseQueues: (matches: (text: string) => boolean) => Promise<QueuesErased>;
  readonly now: () => Date;
  readonly operator: string;
  readonly onPage?: OnErasedPage;
  /** Deletes the person at Sinch too. */
  readonly atSinch?: AtSinch;
}

/** The result for the queues; `isComplete` is false while jobs still hold the person. */
export interface QueuesErased {
  readonly counts: Readonly<Record<string, number>>;
  readonly isComplete: boolean;
  /** The state of the append-only file of each Redis. */
  readonly files: readonly AppendOnlyFile[];
}

export interface ErasureResult {
  readonly id: string;
  /** Changed rows by table, and changes in the queues. */
  readonly counts: Readonly<Record<string, number>>;
  readonly contacts: number;
  readonly identities: number;
  readonly isResumed: boolean;
  /** False where something of the person is left: the same call does the rest. */
  readonly isComplete: boolean;
  /** The state of the append-only file of each Redis. */
  readonly files: readonly AppendOnlyFile[];
  /** True where the person is to be deleted at Sinch, and this call had no way there. */
  readonly needsSinch: boolean;
}

/** The ends of several erasures. */
export type ErasureResults = EndsOf<ErasureResult>;

/**
 * Erases a person. The list comes first, so that no writer brings anything back meanwhile; then the
 * log outside the database, the tables, the queues, and Sinch where that is asked for. After an
 * interruption, the same call begins the same erasure again, as of now, and with all that was asked
 * for before: until Sinch has deleted everything, the erasure runs.
 * @throws ErasureLogError, WrongErasureKeyError, ErasureTakenOverError, DatabaseUnavailableError,
 *   TooManyIdsError, QueueUnavailableError, or SinchApiError.
 */
export async function erasePerson(
  tools: ErasureTools,
  key: PersonKey,
  isForEver: boolean,
): Promise<ErasureResult> {
  return await eraseOrResume(tools, key, isForEver, 'lose-shared');
}

/**
 * Erases a contact that was deleted in Sinch, with those that were merged into it. A number that a
 * contact has which lives, as one that was made again for the same person, stays there.
 * @throws ErasureLogError, WrongErasureKeyError, ErasureTakenOverError, DatabaseUnavailableError,
 *   TooManyIdsError, or QueueUnavailableError.
 */
export async function eraseDeletedContact(
  tools: ErasureTools,
  sinchContactId: string,
): Promise<ErasureResult> {
  const key = { kind: 'contact', value: sinchContactId } as const;
  return await eraseOrResume(tools, key, false, 'spared');
}

/**
 * Continues every erasure that was interrupted, each from where it was, without naming anyone.
 * @throws ErasureLogError, WrongErasureKeyError, DatabaseUnavailableError or QueueUnavailableError.
 */
export async function continueErasures(tools: ErasureTools): Promise<ErasureResults> {
  await requireLogAndKey(tools);
  const interrupted = await listRunningErasures(tools.database, tools.keys);
  return await runEach(interrupted, async (running) => await runErasure(tools, running));
}

/** Checks, before anything is changed, what no erasure lasts without. */
export async function requireLogAndKey({
  database,
  keys,
  logFile,
}: Pick<ErasureTools, 'database' | 'keys' | 'logFile'>): Promise<void> {
  await requireErasureLog(logFile);
  await requireSameKey(database, keys);
}

async function eraseOrResume(
  tools: ErasureTools,
  key: PersonKey,
  isForEver: boolean,
  others: OtherContacts,
): Promise<ErasureResult> {
  const { database, keys, operator } = tools;
  await requireLogAndKey(tools);
  const typed = typedDigests(key, keys);
  const at = tools.now();
  const asked = { named: [key], typed, others, isAtSinch: tools.atSinch !== undefined };
  const interrupted = await findRunningErasure(database, typed, keys);
  if (interrupted === undefined) {
    const { person } = await findPerson(database.pool, key, others);
    const request = { ...asked, person, operator, at, cutoff: at, isForEver };
    return await runErasure(tools, await beginErasure(database, request, keys));
  }
  // It does no less, and a contact that Sinch deleted has nothing new: an erasure that each run of
  // the schedule stops must come to its end.
  if (others === 'spared') return await runErasure(tools, interrupted);
  const { id, named, isAtSinch, generation } = interrupted;
  const both = {
    named: [...new Map([...named, key].map((one) => [JSON.stringify(one), one])).values()],
    typed: [...new Set([...interrupted.typed, ...typed])],
    others,
    isAtSinch: isAtSinch || asked.isAtSinch,
  };
  const logged = await findLogged(tools.logFile, id);
  const person = await findPersonAgain(database, [interrupted.person], both);
  const request = { ...both, id, generation, person, operator, at, cutoff: at, isForEver };
  const begun = await beginErasure(database, request, keys);
  return await runErasure(tools, { ...begun, isResumed: true }, logged);
}

/**
 * Runs an erasure that has begun, from its position to its end.
 * @param inLog what the log has of it, where it was read.
 */
export async function runErasure(
  tools: ErasureTools,
  begun: RunningErasure,
  inLog?: LoggedErasure,
): Promise<ErasureResult> {
  const { database, keys, logFile, now } = tools;
  const before = inLog ?? (begun.isResumed ? await findLogged(logFile, begun.id) : undefined);
  const logged = await noteErasure(logFile, lineOf(tools, begun), before);
  const running = await widenErasure(database, begun, keys);
  await noteErasure(logFile, lineOf(tools, running), logged);
  const { id, person, isResumed } = running;
  await eraseTables(database, running, keys, tools.onPage);
  await renewStatistics(database);
  const queues = await tools.eraseQueues(matcherOf(person));
  if (tools.atSinch && running.isAtSinch) await eraseAtSinch(tools, tools.atSinch, running);
  const needsSinch = running.isAtSinch && tools.atSinch === undefined;
  const facts = {
    id,
    contacts: person.contacts.length,
    identities: person.identities.length,
    isResumed,
    isComplete: queues.isComplete && !needsSinch,
    needsSinch,
    files: queues.files,
  };
  if (!facts.isComplete) return { ...facts, counts: queues.counts };
  return { ...facts, counts: await finishErasure(database, running, now(), queues.counts) };
}

function lineOf({ keys, now }: ErasureTools, running: RunningErasure): LoggedErasure {
  const { id, isForEver, others, isAtSinch, operator, typed } = running;
  return {
    kind: 'erased',
    id,
    keyId: keys.keyId,
    at: now().toISOString(),
    cutoff: running.cutoff.toISOString(),
    isForEver,
    others,
    isAtSinch,
    operator,
    typed,
    digests: [...new Set([...typed, ...digestsOf(running.person, keys)])],
  };
}

/** A word is not searched for: it stands in the jobs of others, which would be waited for. */
function matcherOf(person: Person) {
  const { numbers, texts, ids } = searchTextsOf(person);
  return matchesOf({ numbers, texts: [...texts, ...ids] });
}

export interface PreviewTools extends Pick<ErasureTools, 'database' | 'keys'> {
  /** Counts what `matches` finds in the queues, by place. */
  readonly countQueues: (
    matches: (text: string) => boolean,
  ) => Promise<Readonly<Record<string, number>>>;
}

export interface ErasurePreview {
  /** Rows that would change, by table, and changes in the queues. */
  readonly counts: Readonly<Record<string, number>>;
  readonly contacts: number;
  readonly identities: number;
  /** Contacts of someone else that share an identity: they lose that identity alone. */
  readonly neighbours: number;
}

/**
 * Counts what an erasure would change in the database and the queues, and what it would delete at
 * Sinch. Changes nothing, and asks Sinch nothing.
 * @throws DatabaseUnavailableError, TooManyIdsError, or QueueUnavailableError.
 */
export async function previewErasure(
  { database, keys, countQueues }: PreviewTools,
  key: PersonKey,
  isAtSinch: boolean,
): Promise<ErasurePreview> {
  const { person, neighbours } = await findPerson(database.pool, key);
  const counts = {
    ...(await countToErase(database, person, keys)),
    ...(await countQueues(matcherOf(person))),
    ...(isAtSinch &&
      countAtSinch(await idsAtSinch({ database, keys }, person, typedDigests(key, keys)))),
  };
  const { contacts, identities } = person;
  return { counts, contacts: contacts.length, identities: identities.length, neighbours };
}
