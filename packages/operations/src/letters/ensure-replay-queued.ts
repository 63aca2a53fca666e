import { type DeadLetter, findDeadLetter, isReplayPending } from '@sinch-callbacks/db';
import type { LetterTools } from './letter-result.ts';

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
