import {
  countInOldWeeks,
  countPrunable,
  countPrunableGuards,
  type Database,
  dropOldWeeks,
  type Prunable,
  pruneBatch,
  pruneGuards,
} from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { counted, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';

export interface PruneOptions {
  readonly olderThan: number;
  readonly guardOlderThan?: number;
  readonly dryRun?: true;
}

const dayMs = 86_400_000;
/** The week for which rejected callbacks can be rechecked, and the day in which Sinch retries. */
export const minAgeDays = 8;
const batchSize = 1_000;

interface Cutoffs {
  readonly before: Date;
  readonly guardsBefore: Date;
}

type Counts = Prunable & { readonly guards: number };

/** `callbacks prune`. Cut off in the middle, what is removed is removed, and the rest is not. */
export async function prune(session: Session, options: PruneOptions): Promise<ExitCode> {
  const { terminal, world } = session;
  const { olderThan, guardOlderThan = olderThan, dryRun = false } = options;
  requireAge('--older-than', olderThan);
  requireAge('--guard-older-than', guardOlderThan);
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const now = world.now().getTime();
  const before = new Date(now - olderThan);
  // A guard before its event would let a double of what is still stored be stored twice.
  const guardsBefore = new Date(now - Math.max(olderThan, guardOlderThan));
  const { events, deadLetters, guards } = await withDatabase(url, (database) =>
    (dryRun ? countAll : pruneAll)(database, { before, guardsBefore }),
  );
  terminal.document({ dryRun, before, guardsBefore, events, deadLetters, guards });
  const what = `${counted(events, 'event')} and ${counted(deadLetters, 'dead letter')}`;
  const done = dryRun ? 'would be removed' : 'removed';
  terminal.print(`${what} from before ${showInstant(before)} ${done}`);
  terminal.print(`${counted(guards, 'guard')} from before ${showInstant(guardsBefore)} ${done}`);
  if (dryRun) terminal.note('dry run: nothing is changed');
  return exitCodes.ok;
}

function requireAge(option: string, ageMs: number): void {
  if (ageMs >= minAgeDays * dayMs) return;
  throw new UsageError(
    `${option} must be at least ${minAgeDays}d: callbacks may come again for a day from Sinch, ` +
      'and for a week from rejected recheck, and only what is stored tells that they did',
  );
}

async function countAll(database: Database, { before, guardsBefore }: Cutoffs): Promise<Counts> {
  const { events, deadLetters } = await countPrunable(database, before);
  const inWeeks = await countInOldWeeks(database, before);
  const guards = await countPrunableGuards(database, guardsBefore);
  return { events: events + inWeeks, deadLetters, guards };
}

/** Letters first, since their events stay while they do, and guards last. */
async function pruneAll(database: Database, { before, guardsBefore }: Cutoffs): Promise<Counts> {
  let [events, deadLetters] = [0, 0];
  for (;;) {
    const removed = await pruneBatch(database, before, batchSize);
    if (removed.events + removed.deadLetters === 0) break;
    events += removed.events;
    deadLetters += removed.deadLetters;
  }
  events += await dropOldWeeks(database, before);
  return { events, deadLetters, guards: await pruneGuards(database, guardsBefore) };
}
