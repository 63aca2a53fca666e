import { type Database, discardDeadLetters } from '@sinch-callbacks/db';
import type { ReplayLane } from '@sinch-callbacks/queue';
import type { LetterAction } from './letter-action.ts';
import { asQueueCall } from './replay-letter.ts';

/**
 * Closes a dead letter for good. Its copy leaves Bull Board's list first: a crash after that
 * leaves the letter open, where a repeated command finds it; the other way round the copy
 * would stay for ever.
 */
export function discardAction(database: Database, lane: ReplayLane, now: () => Date): LetterAction {
  return async ({ key }) => {
    await asQueueCall(lane.removeDead(key));
    const closed = await discardDeadLetters(database, [key], now());
    return closed > 0 ? { kind: 'discarded' } : { kind: 'skipped', reason: 'already resolved' };
  };
}
