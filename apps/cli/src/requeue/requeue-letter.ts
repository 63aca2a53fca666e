import {
  type Database,
  type DeadLetter,
  findDeadLetter,
  isReplayPending,
} from '@sinch-callbacks/db';
import type { ReplayLane } from '@sinch-callbacks/queue';
import { asQueueCall } from '../dead/as-queue-call.ts';
import { deadCopyOf } from '../dead/dead-copy-of.ts';
import { putBack } from '../dead/put-back.ts';

/** What became of one open letter, or in a dry run would. */
export type Requeued =
  | 'replay-requeued'
  | 'replay-there'
  | 'copy-restored'
  | 'copy-there'
  /** It was closed meanwhile. */
  | 'settled';

interface Tools {
  readonly database: Database;
  readonly lane: ReplayLane;
  readonly isDryRun: boolean;
}

/** Sees to it that the queues hold what belongs to an open letter: its replay, or its copy. */
export async function requeueLetter(tools: Tools, eventKey: string): Promise<Requeued> {
  const letter = await findDeadLetter(tools.database, eventKey);
  if (letter === undefined || letter.resolvedAt !== undefined) return 'settled';
  return isReplayPending(letter)
    ? await requeueReplay(tools, letter)
    : await restoreCopy(tools, letter);
}

async function requeueReplay(tools: Tools, letter: DeadLetter): Promise<Requeued> {
  const { database, lane, isDryRun } = tools;
  if (isDryRun) {
    const state = await asQueueCall(lane.find(letter.eventKey, letter.replays));
    return state.kind === 'queued' ? 'replay-there' : 'replay-requeued';
  }
  switch (await putBack(database, lane, letter)) {
    case 'queued':
      return 'replay-requeued';
    case 'there':
      return 'replay-there';
    case 'settled':
      return 'settled';
  }
}

async function restoreCopy(tools: Tools, letter: DeadLetter): Promise<Requeued> {
  const { database, lane, isDryRun } = tools;
  if (await asQueueCall(lane.hasDead(letter.eventKey))) return 'copy-there';
  if (isDryRun) return 'copy-restored';
  await asQueueCall(lane.restoreDead(deadCopyOf(letter)));
  // A command that replayed or discarded it in between has looked for the copy before it was there.
  const now = await findDeadLetter(database, letter.eventKey);
  if (now === undefined || now.resolvedAt !== undefined || now.replays !== letter.replays) {
    await asQueueCall(lane.removeDead(letter.eventKey));
    return 'settled';
  }
  return 'copy-restored';
}
