import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import type { ErasureKeys } from './erasure-keys.ts';
import { beginErasure, type ErasureRequest, isAtStart, type RunningErasure } from './erasures.ts';
import { completePerson, findPerson, type Person } from './person.ts';
import { waitForWriters } from './wait-for-writers.ts';

/** Searches for what was written while the one before ran. */
const maxSearches = 3;

/**
 * Finds a person again, and adds what is known: rows that led to it may be gone, and others may have
 * come.
 * @throws DatabaseUnavailableError or TooManyIdsError.
 */
export async function findPersonAgain(
  { pool }: Pick<Database, 'pool'>,
  known: readonly Person[],
  { named, others }: Pick<ErasureRequest, 'named' | 'others'>,
): Promise<Person> {
  return await whileAvailable(async () => {
    const people = [...known];
    for (const key of named) people.push((await findPerson(pool, key, others)).person);
    const of = (kind: keyof Person) => union(people.map((person) => person[kind]));
    const all = {
      contacts: of('contacts'),
      identities: of('identities'),
      emails: of('emails'),
      externalIds: of('externalIds'),
    };
    const { person } = await completePerson(pool, all, others);
    people.push(person);
    return {
      ...person,
      shared: of('shared'),
      messages: of('messages'),
      subjects: of('subjects'),
    };
  });
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}

/**
 * Adds what was written between the search for the person and its place on the list: a contact or a
 * message of then is not on it, and later reports would write its number back. Before the first
 * page, and again after a kill there.
 * @throws DatabaseUnavailableError, TooManyIdsError, ErasureTakenOverError, or SlowTransactionError.
 */
export async function widenErasure(
  database: Database,
  running: RunningErasure,
  keys: ErasureKeys,
): Promise<RunningErasure> {
  if (!isAtStart(running.position)) return running;
  const { isResumed, cutoff: at } = running;
  let widened = running;
  // A contact that one search finds may have got a message before it was on the list too.
  for (let searches = 0; searches < maxSearches; searches += 1) {
    await waitForWriters(database);
    const person = await findPersonAgain(database, [widened.person], widened);
    if (!hasMore(person, widened.person)) break;
    widened = { ...(await beginErasure(database, { ...widened, person, at }, keys)), isResumed };
  }
  return widened;
}

function hasMore(found: Person, known: Person): boolean {
  return personKinds.some((kind) => {
    const before = new Set(known[kind]);
    return found[kind].some((value) => !before.has(value));
  });
}

const personKinds = [
  'contacts',
  'identities',
  'emails',
  'externalIds',
  'messages',
  'subjects',
] as const satisfies readonly (keyof Person)[];
