import { countUnhandled, type Database, listDeadLetters } from '@sinch-callbacks/db';
import { openReplayLane } from '@sinch-callbacks/queue';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { counted } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, requireQueue, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';
import { type Requeued, requeueLetter } from './requeue-letter.ts';

export interface RequeueOptions {
  readonly dryRun?: true;
}

type Counts = Readonly<Record<Requeued, number>>;

const pageSize = 500;

/** `callbacks requeue --from-db`. Cut off in the middle, the same command does the rest. */
export async function requeueFromDatabase(
  session: Session,
  { dryRun: isDryRun = false }: { readonly dryRun?: boolean | undefined },
): Promise<ExitCode> {
  const { terminal } = session;
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  const queue = requireQueue(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl, queue }));
  const lane = openReplayLane({ backend: queue.value, prefix: settings.queuePrefix });
  try {
    const { counts, unhandled } = await withDatabase(url, async (database) => ({
      counts: await eachOpenLetter(database, (key) =>
        requeueLetter({ database, lane, isDryRun }, key),
      ),
      unhandled: (await countUnhandled(database)).reduce((sum, { count }) => sum + count, 0),
    }));
    report(session, counts, unhandled, isDryRun);
    return exitCodes.ok;
  } finally {
    await lane.close();
  }
}

async function eachOpenLetter(
  database: Database,
  requeue: (key: string) => Promise<Requeued>,
): Promise<Counts> {
  const counts: Record<Requeued, number> = {
    'replay-requeued': 0,
    'replay-there': 0,
    'copy-restored': 0,
    'copy-there': 0,
    settled: 0,
  };
  for (let after: string | undefined; ; ) {
    const page = await listDeadLetters(database, {}, { limit: pageSize, after });
    for (const { eventKey } of page) counts[await requeue(eventKey)] += 1;
    if (page.length < pageSize) return counts;
    after = page.at(-1)?.eventKey;
  }
}

function report({ terminal }: Session, counts: Counts, unhandled: number, isDryRun: boolean): void {
  const replays = { requeued: counts['replay-requeued'], there: counts['replay-there'] };
  const copies = { restored: counts['copy-restored'], there: counts['copy-there'] };
  terminal.document({ dryRun: isDryRun, replays, copies, unhandled });
  const would = isDryRun ? 'would be ' : '';
  const replay = counted(replays.requeued, 'replay');
  const copy = counted(copies.restored, 'dead letter');
  terminal.print(`${replay} ${would}queued again, ${replays.there} there already`);
  terminal.print(`${copy} ${would}shown in Bull Board again, ${copies.there} there already`);
  if (unhandled > 0) {
    const events = counted(unhandled, 'event');
    terminal.note(
      `${events} of unknown kinds: callbacks unhandled replay --all, if you were at it`,
    );
  }
  if (isDryRun) terminal.note('dry run: nothing is changed');
  terminal.note('callbacks that were in Redis alone cannot be had from here: --help says more');
}
