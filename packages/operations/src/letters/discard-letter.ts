import { findDeadLetter, keepAttempts, noteDiscard } from '@sinch-callbacks/db';
import { deadCopyOf, type LetterAction, type RunTools } from './letter-result.ts';

/**
 * Closes a dead letter for good. First a replay that waits leaves the lane and the copy leaves
 * Bull Board's list; then the database records it. After a crash in between the letter is open,
 * and a repeated command finds it. In the other order the copy would stay for ever.
 */
export const discardLetter: LetterAction = async (tools, { eventKey, replays, replayedAt }) => {
  const { database, lane, runId, now, redactText } = tools;
  if (replayedAt !== undefined) await withdrawReplay(tools, eventKey, replays);
  await lane.removeDead(eventKey);
  switch (await noteDiscard(database, { runId, eventKey, at: now() })) {
    case 'stopped': {
      const letter = await findDeadLetter(database, eventKey);
      if (letter !== undefined) await lane.restoreDead(deadCopyOf(letter, redactText));
      return { kind: 'stopped' };
    }
    case 'changed':
      return { kind: 'skipped', reason: 'already resolved' };
    case 'done':
      return { kind: 'discarded' };
  }
};

/** Takes a replay off the lane. A worker may apply one that it has, and then closes the letter. */
async function withdrawReplay(
  { database, lane }: RunTools,
  eventKey: string,
  replay: number,
): Promise<void> {
  const state = await lane.find(eventKey, replay);
  if (state.kind !== 'queued') return;
  await keepAttempts(database, eventKey, state.attempts);
  await lane.withdraw(eventKey, replay);
}
