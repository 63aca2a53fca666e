import { findDeadLetter, keepAttempts, noteDiscard } from '@sinch-callbacks/db';
import { asQueueCall } from './as-queue-call.ts';
import { deadCopyOf } from './dead-copy-of.ts';
import type { LetterAction, RunTools } from './letter-action.ts';

/**
 * Closes a dead letter for good. A replay that still waits is taken off the lane, and its copy
 * leaves Bull Board's list, before the database says so: a crash after that leaves the letter
 * open, where a repeated command finds it; the other way round the copy would stay for ever.
 */
export const discardLetter: LetterAction = async (tools, { eventKey, replays, replayedAt }) => {
  const { database, lane, runId, now } = tools;
  if (replayedAt !== undefined) await withdrawReplay(tools, eventKey, replays);
  await asQueueCall(lane.removeDead(eventKey));
  switch (await noteDiscard(database, { runId, eventKey, at: now() })) {
    case 'stopped': {
      const letter = await findDeadLetter(database, eventKey);
      if (letter !== undefined) await asQueueCall(lane.restoreDead(deadCopyOf(letter)));
      return { kind: 'stopped' };
    }
    case 'changed':
      return { kind: 'skipped', reason: 'already resolved' };
    case 'done':
      return { kind: 'discarded' };
  }
};

/** One that a worker has in hand may still be applied, and then the letter says so. */
async function withdrawReplay(
  { database, lane }: RunTools,
  eventKey: string,
  replay: number,
): Promise<void> {
  const state = await asQueueCall(lane.find(eventKey, replay));
  if (state.kind !== 'queued') return;
  await keepAttempts(database, eventKey, state.attempts);
  await asQueueCall(lane.withdraw(eventKey, replay));
}
