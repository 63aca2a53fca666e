import { findDeadLetter, isReplayPending, noteReplay } from '@sinch-callbacks/db';
import { asQueueCall } from './as-queue-call.ts';
import { deadCopyOf } from './dead-copy-of.ts';
import { type LetterAction, type RunResult, skippedAs, untilUnchanged } from './letter-action.ts';
import { putBack } from './put-back.ts';

/**
 * Puts a dead letter back on the queue, in three writes that a crash may part anywhere:
 *
 * 1. Its copy leaves the list that Bull Board shows. First, since a replay that fails puts a
 *    new copy there, which a later removal would take away again.
 * 2. The database notes the replay's number, and the run how far it is. Before the job exists,
 *    so that no two jobs ever share a number: BullMQ would silently ignore the second.
 * 3. The job is queued.
 *
 * After each of them the letter is still open in the database, so a command that repeats or resumes
 * the command finds it again; one that was noted gets its job under the same number. Only the
 * worker closes it, when the event is applied.
 */
export const replayLetter: LetterAction = async (tools, { eventKey: key }) =>
  await untilUnchanged(async (): Promise<RunResult | 'changed'> => {
    const { database, lane, runId, now } = tools;
    const letter = await findDeadLetter(database, key);
    if (letter === undefined) return { kind: 'not-found' };
    if (letter.resolvedAt !== undefined) return skippedAs(letter.resolution);
    const { deadAt, replays } = letter;
    const isOfThisRun = letter.runId === runId && letter.replayedAt !== undefined;
    if (isReplayPending(letter)) {
      if ((await putBack(database, lane, letter)) === 'settled') return 'changed';
      return { kind: isOfThisRun ? 'replayed' : 'under-way', replay: replays, deadAt };
    }
    if (isOfThisRun) return { kind: 'skipped', reason: 'died again in this replay' };

    await asQueueCall(lane.removeDead(key));
    const step = { runId, eventKey: key, at: now() };
    switch (await noteReplay(database, step, replays)) {
      case 'stopped':
        await asQueueCall(lane.restoreDead(deadCopyOf(letter)));
        return { kind: 'stopped' };
      case 'changed':
        return 'changed';
      case 'done':
        await asQueueCall(lane.replay(letter.event, replays + 1));
        return { kind: 'replayed', replay: replays + 1, deadAt };
    }
  });
