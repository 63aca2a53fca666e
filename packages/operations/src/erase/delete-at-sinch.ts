import type { SinchIds } from '@sinch-callbacks/db';
import type { Deletion, DeletionCalls } from '@sinch-callbacks/sinch-api';

/** Counts of one step, by place: `sinch.absent` is what Sinch did not have. */
export type SinchCounts = Readonly<Record<string, number>>;

/** Requests at a time, far below the 800 a second of a project. */
const maxParallelDeletions = 8;

/**
 * Deletes a person at Sinch: conversations first, which take their messages with them, and contacts
 * once all of that is done: what a contact that is gone has left may not be found any more. What is
 * not there counts as done; so the same call does the rest after an interruption.
 * @param note is called after each step, also before an error.
 * @throws SinchApiError, once the client has repeated what may pass.
 */
export async function deleteAtSinch(
  deletions: DeletionCalls,
  ids: SinchIds,
  note: (counts: SinchCounts) => Promise<void>,
): Promise<void> {
  for (const { place, runs } of placesOf(deletions, ids)) {
    await deleteAll(place, runs, note);
  }
}

async function deleteAll(
  place: string,
  runs: readonly (() => Promise<Deletion>)[],
  note: (counts: SinchCounts) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < runs.length; from += maxParallelDeletions) {
    const step = runs.slice(from, from + maxParallelDeletions);
    const ended = await Promise.allSettled(step.map(async (run) => await run()));
    const counts: Record<string, number> = {};
    for (const result of ended) {
      if (result.status !== 'fulfilled') continue;
      const name = result.value.kind === 'deleted' ? place : 'sinch.absent';
      counts[name] = (counts[name] ?? 0) + 1;
    }
    await note(counts);
    const failed = ended.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** Counts what {@link deleteAtSinch} would ask Sinch to delete. */
export function countAtSinch({ conversations, messages, contacts }: SinchIds): SinchCounts {
  return {
    'sinch.conversations': conversations.length,
    'sinch.messages': messages.length,
    'sinch.contacts': contacts.length,
  };
}

interface Place {
  readonly place: string;
  readonly runs: readonly (() => Promise<Deletion>)[];
}

function placesOf(deletions: DeletionCalls, ids: SinchIds): readonly Place[] {
  return [
    {
      place: 'sinch.conversations',
      runs: ids.conversations.map((id) => async () => await deletions.conversation(id)),
    },
    {
      place: 'sinch.messages',
      runs: ids.messages.map(({ id, stores }) => async () => {
        let found: Deletion = { kind: 'absent' };
        for (const store of stores) {
          const deletion = await deletions.message(id, store);
          if (deletion.kind === 'deleted') found = deletion;
        }
        return found;
      }),
    },
    {
      place: 'sinch.contacts',
      runs: ids.contacts.map((id) => async () => await deletions.contact(id)),
    },
  ];
}
