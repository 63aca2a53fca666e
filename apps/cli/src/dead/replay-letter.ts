import { type Database, findDeadLetter, markReplayed } from '@sinch-callbacks/db';
import type { ReplayLane } from '@sinch-callbacks/queue';
import { QueueUnavailableError } from '../failure.ts';
import { type LetterAction, skippedAs } from './letter-action.ts';

/**
 * Puts a dead letter back on the queue, in three writes that a crash may part anywhere:
 *
 * 1. Its copy leaves the list that Bull Board shows. First, since a replay that fails puts a
 *    new copy there, which a later removal would take away again.
 * 2. The database notes the replay's number. Before the job exists, so that no two jobs ever
 *    share a number: BullMQ would silently ignore the second.
 * 3. The job is queued.
 *
 * After each of them the letter is still open in the database, so whoever repeats the command
 * finds it again. Only the worker closes it, when the event is applied.
 */
export function replayAction(database: Database, lane: ReplayLane, now: () => Date): LetterAction {
  return async ({ key }) => {
    const letter = await findDeadLetter(database, key);
    if (letter === undefined) return { kind: 'not-found' };
    if (letter.resolvedAt !== undefined) return skippedAs(letter.resolution);
    const replay = letter.replays + 1;
    await asQueueCall(lane.removeDead(key));
    await markReplayed(database, key, replay, now());
    await asQueueCall(lane.replay(letter.event, replay));
    return { kind: 'replayed', replay, deadAt: letter.deadAt };
  };
}

/** @throws QueueUnavailableError whatever the queue's client throws. */
export async function asQueueCall<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new QueueUnavailableError(error);
  }
}
