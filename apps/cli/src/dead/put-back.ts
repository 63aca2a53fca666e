import {
  type Database,
  type DeadLetter,
  findDeadLetter,
  isReplayPending,
} from '@sinch-callbacks/db';
import type { ReplayLane } from '@sinch-callbacks/queue';
import { asQueueCall } from './as-queue-call.ts';

/**
 * Sees to it that the replay of a letter that is under way has its job: under the number that
 * the database knows, so that there is never a second one.
 *
 * `settled`: it was under way no more when that was looked at again.
 */
export async function putBack(
  database: Database,
  lane: ReplayLane,
  letter: DeadLetter,
): Promise<'queued' | 'there' | 'settled'> {
  const { eventKey, replays } = letter;
  const state = await asQueueCall(lane.find(eventKey, replays));
  if (state.kind === 'queued') return 'there';
  // A worker writes to the database before it lets go of the job, so this look is the later one.
  const now = await findDeadLetter(database, eventKey);
  if (now === undefined || now.replays !== replays || !isReplayPending(now)) return 'settled';
  // It was finished, and the database has forgotten: it was restored, or failed over.
  if (state.kind === 'finished') await asQueueCall(lane.withdraw(eventKey, replays));
  await asQueueCall(lane.replay(now.event, replays));
  return 'queued';
}
