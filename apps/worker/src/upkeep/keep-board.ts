import { type Database, listSettledLetters } from '@sinch-callbacks/db';
import { type BoardQueues, deadQueueOf } from '@sinch-callbacks/queue';

export interface BoardKeeper {
  /** Starts no more rounds. The connections that a round uses wait for it when they close. */
  stop(): void;
}

export interface BoardTimings {
  readonly everyMs: number;
}

export const defaultBoardTimings: BoardTimings = { everyMs: 30_000 };

/** For the first round, since nothing was removed while no worker ran. */
const firstLookBackMs = 24 * 3_600_000;
/** A transaction may commit after a round with a time before it, and clocks differ. */
const overlapMs = 5 * 60_000;
/** Bull Board shows no more. */
const maxLetters = 5_000;

/**
 * Removes letters from Bull Board that were settled without a command: applied by a late copy of
 * their event, or closed by a redaction. A round that fails is repeated by the next.
 */
export function keepBoard(
  database: Database,
  board: BoardQueues,
  { everyMs }: BoardTimings,
): BoardKeeper {
  let since = Date.now() - firstLookBackMs;

  async function removeSettled(): Promise<void> {
    const startedAt = Date.now();
    const dead = deadQueueOf(board);
    // Commands have removed the copies that they settled, often thousands: nothing to do again.
    if ((await dead.getWaitingCount()) === 0) return;
    const settled = await listSettledLetters(database, new Date(since), maxLetters);
    for (const eventKey of settled) await dead.remove(eventKey);
    since = startedAt - overlapMs;
  }

  const removeSafely = () => void removeSettled().catch(() => undefined);
  removeSafely();
  const timer = setInterval(removeSafely, everyMs);
  return { stop: () => clearInterval(timer) };
}
