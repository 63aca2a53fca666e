import { type Database, listSettledLetters } from '@sinch-callbacks/db';
import { type BoardQueues, deadQueueOf } from '@sinch-callbacks/queue';

export interface BoardKeeper {
  /** Looks no more. What is under way is still waited for by what it uses. */
  stop(): void;
}

export interface BoardTimings {
  readonly everyMs: number;
}

export const defaultBoardTimings: BoardTimings = { everyMs: 30_000 };

/** At first, since nothing was removed while no worker ran. */
const firstLookBackMs = 24 * 3_600_000;
/** A transaction may end after this looked, with a time before it; and clocks differ. */
const overlapMs = 5 * 60_000;
/** Bull Board shows no more than that. */
const maxLetters = 5_000;

/**
 * Takes letters off Bull Board that no command has settled: applied by a late copy of their event,
 * or closed by a redaction. What fails is done the next time.
 */
export function keepBoard(
  database: Database,
  board: BoardQueues,
  { everyMs }: BoardTimings,
): BoardKeeper {
  let since = Date.now() - firstLookBackMs;

  async function look(): Promise<void> {
    const startedAt = Date.now();
    const dead = deadQueueOf(board);
    // Commands have removed the copies that they settled, often thousands: nothing to do again.
    if ((await dead.getWaitingCount()) === 0) return;
    const settled = await listSettledLetters(database, new Date(since), maxLetters);
    for (const eventKey of settled) await dead.remove(eventKey);
    since = startedAt - overlapMs;
  }

  const lookSafely = () => void look().catch(() => undefined);
  lookSafely();
  const timer = setInterval(lookSafely, everyMs);
  return { stop: () => clearInterval(timer) };
}
