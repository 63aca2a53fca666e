import type { Database } from './database.ts';
import { whileAvailable } from './failure.ts';

/** Returns the time of the database's clock. @throws DatabaseUnavailableError. */
export async function readServerTime({ pool }: Pick<Database, 'pool'>): Promise<Date> {
  const { rows } = await whileAvailable(
    async () => await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now'),
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no time');
  return row.now;
}

/** An instant before which rows would go lies in the future of the database. */
export class FutureInstantError extends Error {
  override readonly name = 'FutureInstantError';
  readonly code = 'future-instant';
  constructor(instant: Date, now: Date) {
    super(
      `nothing is removed or redacted from before ${instant.toISOString()}, ` +
        `since the database’s clock shows ${now.toISOString()}`,
    );
  }
}

/**
 * Refuses instants that are later than the database's clock. Rows from before them would go that are
 * not there yet.
 * @throws FutureInstantError, or DatabaseUnavailableError.
 */
export async function requirePast(
  database: Pick<Database, 'pool'>,
  instants: readonly Date[],
): Promise<void> {
  const now = await readServerTime(database);
  const future = instants.find((instant) => instant > now);
  if (future !== undefined) throw new FutureInstantError(future, now);
}
