import { type Database, readServerTime } from '@sinch-callbacks/db';

/** The most by which the clocks of this machine and of the database may differ. */
const maxDifferenceMs = 5 * 60_000;

/** One of the clocks of this machine and of the database is wrong: no age can be told. */
export class ClocksDifferError extends Error {
  override readonly name = 'ClocksDifferError';
  readonly code = 'clocks-differ';
  constructor(here: Date, there: Date) {
    super(
      `the clock here shows ${here.toISOString()}, and the database’s ${there.toISOString()}: ` +
        'set the wrong one right',
    );
  }
}

/**
 * Returns the database's time, where the clock of this machine agrees. One wrong clock alone must
 * not decide what is old.
 * @throws ClocksDifferError, or DatabaseUnavailableError.
 */
export async function agreedTime(database: Database, now: () => Date): Promise<Date> {
  const before = now().getTime();
  const there = await readServerTime(database);
  const after = now();
  // The answer may have taken long.
  const isBehind = there.getTime() < before - maxDifferenceMs;
  const isAhead = there.getTime() > after.getTime() + maxDifferenceMs;
  if (isBehind || isAhead) throw new ClocksDifferError(after, there);
  return there;
}
