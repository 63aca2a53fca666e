import { countPrunable, type Database, type Prunable, pruneBatch } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { counted, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';

export interface PruneOptions {
  readonly olderThan: number;
  readonly dryRun?: true;
}

const dayMs = 86_400_000;
/** The week for which rejected callbacks can be rechecked, and the day in which Sinch retries. */
export const minAgeDays = 8;
const batchSize = 1_000;

/** `callbacks prune`. Cut off in the middle, what is removed is removed, and the rest is not. */
export async function prune(session: Session, options: PruneOptions): Promise<ExitCode> {
  const { terminal, world } = session;
  const { olderThan: ageMs, dryRun = false } = options;
  if (ageMs < minAgeDays * dayMs) {
    throw new UsageError(
      `--older-than must be at least ${minAgeDays}d: callbacks may come again for a day from Sinch, ` +
        'and for a week from rejected recheck, and only the stored event tells that they did',
    );
  }
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const before = new Date(world.now().getTime() - ageMs);
  const { events, deadLetters } = await withDatabase(url, (database) =>
    dryRun ? countPrunable(database, before) : pruneAll(database, before),
  );
  terminal.document({ dryRun, before, events, deadLetters });
  const what = `${counted(events, 'event')} and ${counted(deadLetters, 'dead letter')}`;
  const done = dryRun ? 'would be removed' : 'removed';
  terminal.print(`${what} from before ${showInstant(before)} ${done}`);
  if (dryRun) terminal.note('dry run: nothing is changed');
  return exitCodes.ok;
}

async function pruneAll(database: Database, before: Date): Promise<Prunable> {
  let [events, deadLetters] = [0, 0];
  for (;;) {
    const removed = await pruneBatch(database, before, batchSize);
    if (removed.events + removed.deadLetters === 0) return { events, deadLetters };
    events += removed.events;
    deadLetters += removed.deadLetters;
  }
}
