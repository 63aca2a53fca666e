import { matchesOf } from '@sinch-callbacks/core';
import {
  beginErasure,
  countToErase,
  type Database,
  digestsOf,
  type ErasureKeys,
  eraseTables,
  findPerson,
  findRunningErasure,
  finishErasure,
  liftErasures,
  type OnErasedPage,
  type OtherContacts,
  type Person,
  type PersonKey,
  type RunningErasure,
  renewStatistics,
  searchTextsOf,
  typedDigests,
} from '@sinch-callbacks/db';
import type { AppendOnlyFile } from '@sinch-callbacks/queue';
import { countAtSinch } from './delete-at-sinch.ts';
import { type AtSinch, eraseAtSinch, idsAtSinch } from './erase-at-sinch.ts';
import { appendErasure } from './erasure-log.ts';

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
  /** False where the queues still hold the person: the same call does the rest. */
  readonly isComplete: boolean;
  /** The state of the append-only file of each Redis. */
  readonly files: readonly AppendOnlyFile[];
}

/**
 * Erases a person. The list comes first, so that no writer brings anything back meanwhile; then the
 * log outside the database, the tables, the queues, and Sinch where that is asked for. After an
 * interruption, the same call continues: until Sinch has deleted everything, the erasure runs.
 * @throws DatabaseUnavailableError, TooManyIdsError, QueueUnavailableError, or SinchApiError.
 */
export async function erasePerson(
  tools: ErasureTools,
  key: PersonKey,
  isForEver: boolean,
): Promise<ErasureResult> {
  return await eraseOrContinue(tools, key, isForEver, 'lose-shared');
}

/**
 * Erases a contact that was deleted in Sinch, with those that were merged into it. A number that a
 * contact has which lives, as one that was made again for the same person, stays there.
 * @throws DatabaseUnavailableError, TooManyIdsError, or QueueUnavailableError.
 */
export async function eraseDeletedContact(
  tools: ErasureTools,
  sinchContactId: string,
): Promise<ErasureResult> {
  const key = { kind: 'contact', value: sinchContactId } as const;
  return await eraseOrContinue(tools, key, false, 'spared');
}

async function eraseOrContinue(
  tools: ErasureTools,
  key: PersonKey,
  isForEver: boolean,
  others: OtherContacts,
): Promise<ErasureResult> {
  const { database, keys, operator } = tools;
  const typed = typedDigests(key, keys);
  const interrupted = await findRunningErasure(database, typed, keys);
  if (interrupted) return await runErasure(tools, interrupted, typed);
  const { person } = await findPerson(database.pool, key, others);
  const at = tools.now();
  const request = { person, typed, operator, at, cutoff: at, isForEver };
  return await runErasure(tools, await beginErasure(database, request, keys), typed);
}

/** Continues an erasure that has begun, to its end. */
export async function runErasure(
  tools: ErasureTools,
  running: RunningErasure,
  typed: readonly string[],
): Promise<ErasureResult> {
  const { database, keys, logFile, now, operator } = tools;
  const { id, person, isForEver, isResumed } = running;
  // A line that is there twice is read once.
  await appendErasure(logFile, {
    kind: 'erased',
    id,
    at: now().toISOString(),
    cutoff: running.cutoff.toISOString(),
    isForEver,
    operator,
    digests: [...new Set([...typed, ...digestsOf(person, keys)])],
  });
  await eraseTables(database, running, keys, tools.onPage);
  await renewStatistics(database);
  const queues = await tools.eraseQueues(matcherOf(person));
  if (tools.atSinch) await eraseAtSinch(tools, tools.atSinch, running, typed);
  const facts = {
    id,
    contacts: person.contacts.length,
    identities: person.identities.length,
    isResumed,
    isComplete: queues.isComplete,
    files: queues.files,
  };
  if (!queues.isComplete) return { ...facts, counts: queues.counts };
  return { ...facts, counts: await finishErasure(database, running, now(), queues.counts) };
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

/** Takes a person off the list. Returns the number of erasures that are lifted. */
export async function liftErasure(
  { database, keys, logFile, now }: Pick<ErasureTools, 'database' | 'keys' | 'logFile' | 'now'>,
  key: PersonKey,
): Promise<number> {
  const ids = await liftErasures(database, typedDigests(key, keys));
  for (const id of ids) {
    await appendErasure(logFile, { kind: 'lifted', id, at: now().toISOString() });
  }
  return ids.length;
}
