import { cancelRun, findRun, listQueuedByRun } from '@sinch-callbacks/db';
import { openReplayLane } from '@sinch-callbacks/queue';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { counted } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, requireQueue, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';
import type { RunTools } from './letter-action.ts';
import { type Withdrawal, withdrawLetter } from './withdraw-letter.ts';

type Counts = Readonly<Record<Withdrawal, number>>;

const pageSize = 500;

/** `callbacks dead cancel <id>`. Cut off in the middle, the same command does the rest. */
export async function cancelReplay(
  session: Session,
  id: number,
  now: () => Date,
): Promise<ExitCode> {
  const { terminal } = session;
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  const queue = requireQueue(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl, queue }));
  const lane = openReplayLane({ backend: queue.value, prefix: settings.queuePrefix });
  try {
    return await withDatabase(url, async (database) => {
      // First, so that its process queues nothing behind the withdrawal.
      await cancelRun(database, id, now());
      const counts = await withdrawAll({ database, lane, runId: id, now });
      const run = await findRun(database, id);
      if (run === undefined) return sayNotFound(session, id);
      terminal.document({ run: { id, state: run.state }, counts });
      terminal.print(`run ${id} is ${run.state.toLowerCase()}`);
      terminal.note(
        `${counted(counts.withdrawn, 'letter')} taken off the queue, still open; ` +
          `${counts['in-hand']} in a worker's hands`,
      );
      return exitCodes.ok;
    });
  } finally {
    await lane.close();
  }
}

async function withdrawAll(tools: RunTools): Promise<Counts> {
  const counts = { withdrawn: 0, 'in-hand': 0, settled: 0 };
  for (let after: string | undefined; ; ) {
    const keys = await listQueuedByRun(tools.database, tools.runId, { limit: pageSize, after });
    for (const key of keys) counts[await withdrawLetter(tools, key)] += 1;
    if (keys.length < pageSize) return counts;
    after = keys.at(-1);
  }
}

function sayNotFound({ terminal, world }: Session, id: number): ExitCode {
  const message = `there is no run ${id} (callbacks dead replays)`;
  terminal.document({ error: { code: 'not-found', message } });
  world.stderr.write(`error: ${message}\n`);
  return exitCodes.failed;
}
