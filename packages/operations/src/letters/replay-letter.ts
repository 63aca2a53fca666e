import { type DeadLetter, findDeadLetter, isReplayPending, noteReplay } from '@sinch-callbacks/db';
import {
  deadCopyOf,
  type LetterAction,
  type LetterTools,
  type RunResult,
  skippedAs,
  untilUnchanged,
} from './letter-result.ts';

/**
 * Puts a dead letter back on the queue, in three writes. A crash may come between any two:
 *
 * 1. Its copy leaves the list that Bull Board shows. This comes first because a replay that fails
 *    adds a new copy, which a later removal would take away again.
 * 2. The database notes the replay's number and the run's progress. This comes before the job
 *    exists, so that no two jobs share a number: BullMQ would silently ignore the second.
 * 3. The job is queued.
 *
 * After each of them the letter is still open in the database, so repeating or resuming the run
 * finds it again. A replay that was noted gets its job under the same number. Only the worker
 * closes the letter, when it applies the event.
 */
export const replayLetter: LetterAction = async (tools, { eventKey: key }) =>
  await untilUnchanged(async (): Promise<RunResult | 'changed'> => {
    const { database, lane, runId, now, redactText } = tools;
    const letter = await findDeadLetter(database, key);
    if (letter === undefined) return { kind: 'not-found' };
    if (letter.resolvedAt !== undefined) return skippedAs(letter.resolution);
    const { deadAt, replays } = letter;
    const isOfThisRun = letter.runId === runId && letter.replayedAt !== undefined;
    if (isReplayPending(letter)) {
      if ((await ensureReplayQueued(tools, letter)) === 'settled') return 'changed';
      return { kind: isOfThisRun ? 'replayed' : 'under-way', replay: replays, deadAt };
    }
    if (isOfThisRun) return { kind: 'skipped', reason: 'died again in this replay' };

    await lane.removeDead(key);
    const step = { runId, eventKey: key, at: now() };
    switch (await noteReplay(database, step, replays)) {
      case 'stopped':
        await lane.restoreDead(deadCopyOf(letter, redactText));
        return { kind: 'stopped' };
      case 'changed':
        return 'changed';
      case 'done':
        await lane.replay(letter.event, replays + 1);
        return { kind: 'replayed', replay: replays + 1, deadAt };
    }
  });

/**
 * Queues the replay of a letter that is under way, unless it has its job: under the number that
 * the database holds, so that there is never a second one.
 *
 * `settled`: on a second look, the replay was not under way any more.
 */
export async function ensureReplayQueued(
  { database, lane }: LetterTools,
  letter: DeadLetter,
): Promise<'queued' | 'there' | 'settled'> {
  const { eventKey, replays } = letter;
  const state = await lane.find(eventKey, replays);
  if (state.kind === 'queued') return 'there';
  // A worker writes to the database before it completes the job, so read the database last.
  const now = await findDeadLetter(database, eventKey);
  if (now === undefined || now.replays !== replays || !isReplayPending(now)) return 'settled';
  // The job is finished and the database lost that: it was restored, or failed over.
  if (state.kind === 'finished') await lane.withdraw(eventKey, replays);
  await lane.replay(now.event, replays);
  return 'queued';
}
