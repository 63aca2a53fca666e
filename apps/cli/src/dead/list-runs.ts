import { type DeadLetterRun, listRuns } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { tableLines } from '../format/table.ts';
import { counted, oneLine, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';
import { describeRunFilter } from './run-filter.ts';

const maxFilterLength = 100;

/** `callbacks dead replays`: who replayed or discarded what, and how far it came. */
export async function listReplays(session: Session, limit: number): Promise<ExitCode> {
  const { terminal } = session;
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const runs = await withDatabase(url, (database) => listRuns(database, limit));
  terminal.document({ runs });
  if (runs.length > 0) for (const line of runTable(runs)) terminal.print(line);
  terminal.note(counted(runs.length, 'run'));
  return exitCodes.ok;
}

function runTable(runs: readonly DeadLetterRun[]): string[] {
  const rows = runs.map((run) => [
    String(run.id),
    run.action,
    run.state,
    `${run.queued + run.discarded}/${run.matched}`,
    String(run.underWay + run.skipped),
    String(run.withdrawn),
    showInstant(run.startedAt),
    showInstant(run.updatedAt),
    oneLine(run.operator, maxFilterLength),
    oneLine(describeRunFilter(run.filter), maxFilterLength),
  ]);
  const counts = ['DONE', 'SKIPPED', 'WITHDRAWN'];
  const head = ['RUN', 'ACTION', 'STATE', ...counts, 'STARTED', 'PROGRESS', 'WHO', 'FILTER'];
  return tableLines(head, rows);
}
