import { type Database, type DeadLetterRun, findRun, resumeRun } from '@sinch-callbacks/db';
import { UsageError } from '../failure.ts';

/** @throws UsageError when there is no such run, or when it came to its end. */
export async function takeUpRun(database: Database, id: number, at: Date): Promise<DeadLetterRun> {
  const isTaken = await resumeRun(database, id, at);
  const run = await findRun(database, id);
  if (run === undefined) throw new UsageError(`there is no run ${id} (callbacks dead replays)`);
  if (!isTaken) throw new UsageError(`run ${id} is done: there is nothing to resume`);
  return run;
}
