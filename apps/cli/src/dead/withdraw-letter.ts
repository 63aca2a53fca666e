import { findDeadLetter, isReplayPending, keepAttempts, noteWithdrawn } from '@sinch-callbacks/db';
import { asQueueCall } from './as-queue-call.ts';
import { deadCopyOf } from './dead-copy-of.ts';
import type { RunTools } from './letter-action.ts';

/** `in-hand`: a worker has it, which is too late. `settled`: there is nothing to withdraw. */
export type Withdrawal = 'withdrawn' | 'in-hand' | 'settled';

/**
 * Takes what a run put on the queue off it again, if no worker has begun with it. The letter is
 * open as before, with the attempts that the job had, and Bull Board shows it again. A crash
 * anywhere in between leaves it to be withdrawn by the same command.
 */
export async function withdrawLetter(tools: RunTools, key: string): Promise<Withdrawal> {
  const { database, lane, runId, now } = tools;
  const letter = await findDeadLetter(database, key);
  if (letter === undefined || letter.resolvedAt || letter.runId !== runId) return 'settled';
  const { replays: replay } = letter;
  const state = await asQueueCall(lane.find(key, replay));
  if (state.kind === 'queued') {
    await keepAttempts(database, key, state.attempts);
    if (!(await asQueueCall(lane.withdraw(key, replay)))) return 'in-hand';
  } else {
    // A worker writes to the database before it lets go of the job: look again, later.
    const again = await findDeadLetter(database, key);
    if (again === undefined || !isReplayPending(again)) return 'settled';
  }
  await noteWithdrawn(database, { runId, eventKey: key, replay, at: now() });
  await asQueueCall(lane.restoreDead(deadCopyOf(letter)));
  return 'withdrawn';
}
