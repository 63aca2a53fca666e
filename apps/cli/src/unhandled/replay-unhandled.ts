import { type Database, listUnhandled } from '@sinch-callbacks/db';
import { openReplayLane, type ReplayLane } from '@sinch-callbacks/queue';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { counted } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, requireQueue, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';

export interface ReplayUnhandledOptions {
  readonly topLevelKey?: string;
  readonly all?: true;
  readonly dryRun?: true;
}

const pageSize = 500;

/**
 * `callbacks unhandled replay`: queues what was unknown when it came, for a release that knows it.
 * What is still unknown stays as it is, so repeating it, or all of it, does no harm.
 */
export async function replayUnhandled(
  session: Session,
  options: ReplayUnhandledOptions,
): Promise<ExitCode> {
  const { topLevelKey, all, dryRun = false } = options;
  if (topLevelKey === undefined && !all) {
    throw new UsageError('say which: --top-level-key <key>, or --all');
  }
  const { terminal, world } = session;
  const settings = await session.readSettings();
  const databaseUrl = requireDatabaseUrl(settings);
  const queue = requireQueue(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl, queue }));
  const lane = openReplayLane({ backend: queue.value, prefix: settings.queuePrefix });
  // A number of its own for each run, since the queue ignores a job id that it still holds.
  const replay = Math.floor(world.now().getTime() / 1000);
  try {
    const replayed = await withDatabase(databaseUrl, (database) =>
      replayEach(database, topLevelKey, dryRun ? undefined : { lane, replay }),
    );
    terminal.document({ dryRun, replayed });
    terminal.note(`${counted(replayed, 'event')} ${dryRun ? 'would be replayed' : 'replayed'}`);
    return exitCodes.ok;
  } finally {
    await lane.close();
  }
}

async function replayEach(
  database: Database,
  topLevelKey: string | undefined,
  into: { lane: ReplayLane; replay: number } | undefined,
): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ; ) {
    const events = await listUnhandled(database, topLevelKey, { limit: pageSize, after });
    if (events.length === 0) return count;
    for (const event of events) await into?.lane.replay(event, into.replay);
    count += events.length;
    after = events.at(-1)?.key;
  }
}
