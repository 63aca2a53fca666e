import {
  type Database,
  type ErasureKeys,
  findErasedIds,
  findSinchIds,
  noteErasureCounts,
  type Person,
  type RunningErasure,
  type SinchIds,
} from '@sinch-callbacks/db';
import type { DeletionCalls } from '@sinch-callbacks/sinch-api';
import { deleteAtSinch } from './delete-at-sinch.ts';

/** The way to Sinch of an erasure that deletes the person there too. */
export interface AtSinch {
  readonly deletions: DeletionCalls;
  /** Called after each few requests, with the number that is done and of all. */
  readonly onProgress: (done: number, all: number) => void;
}

interface Tools {
  readonly database: Database;
  readonly keys: ErasureKeys;
}

/**
 * Deletes the person of an erasure at Sinch, and counts it in the row of the erasure. After an
 * interruption, the same call does the rest.
 * @throws DatabaseUnavailableError or SinchApiError.
 */
export async function eraseAtSinch(
  tools: Tools,
  { deletions, onProgress }: AtSinch,
  { id, person, typed }: Pick<RunningErasure, 'id' | 'person' | 'typed'>,
): Promise<void> {
  const ids = await idsAtSinch(tools, person, typed);
  const all = ids.conversations.length + ids.messages.length + ids.contacts.length;
  let done = 0;
  await deleteAtSinch(deletions, ids, async (counts) => {
    await noteErasureCounts(tools.database, id, counts);
    for (const count of Object.values(counts)) done += count;
    onProgress(done, all);
  });
}

/** Finds the person at Sinch, with what an erasure before this one has left the ids of. */
export async function idsAtSinch(
  { database, keys }: Tools,
  person: Person,
  typed: readonly string[],
): Promise<SinchIds> {
  const before = await findErasedIds(database, typed, keys);
  return await findSinchIds(database, {
    contacts: [...new Set([...person.contacts, ...before.contacts])],
    messages: [...new Set([...person.messages, ...before.messages])],
  });
}
