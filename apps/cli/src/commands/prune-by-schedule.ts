import { type Database, runExclusively, toTheEnd } from '@sinch-callbacks/db';
import {
  countRetention,
  hasRetention,
  planRetention,
  type RetainedRows,
  type RetentionPlan,
  runRetention,
} from '@sinch-callbacks/operations';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import type { Session } from '../session.ts';
import { counted, showInstant } from '../terminal/format.ts';

interface ScheduleOptions {
  readonly olderThan?: number;
  readonly guardOlderThan?: number;
  readonly outboundOlderThan?: number;
  readonly dryRun?: true;
}

/**
 * `callbacks prune --schedule`: does now what the worker does by itself, by the variables that are
 * set here, but for contacts that were deleted in Sinch: a dry run counts them too. It exits 1 where
 * a worker is at it.
 */
export async function pruneBySchedule(
  session: Session,
  options: ScheduleOptions,
): Promise<ExitCode> {
  const { olderThan, guardOlderThan, outboundOlderThan, dryRun = false } = options;
  if ((olderThan ?? guardOlderThan ?? outboundOlderThan) !== undefined) {
    throw new UsageError('--schedule goes by the days of the variables: leave out the ages');
  }
  const { terminal, io } = session;
  const { retention, contactDelete } = await session.readSettings();
  const days = dryRun ? { ...retention, contactDelete } : retention;
  if (!hasRetention(days)) {
    throw new UsageError(
      'nothing expires: set RETENTION_DAYS, RETENTION_PROJECTIONS_DAYS or REDACT_AFTER_DAYS here, as for the worker',
    );
  }
  const plan = planRetention(days, io.now());
  const counts = await session.withDatabase(async (database) =>
    dryRun ? await countRetention(database, plan) : await runHere(database, plan),
  );
  if (counts === undefined) {
    terminal.note('a worker is at it: what is due goes now');
    return exitCodes.failed;
  }
  terminal.document({ dryRun, counts });
  for (const { table, action, rows } of counts) {
    terminal.print(`${table}: ${counted(rows, 'row')} ${dryRun ? `would be ${action}` : action}`);
  }
  if (dryRun && plan.redactBefore !== undefined) {
    terminal.print(
      `redacted: texts, names and identities from before ${showInstant(plan.redactBefore)}`,
    );
  }
  if (dryRun) {
    terminal.note('dry run: nothing is changed; guards and tasks of events that go now may follow');
  }
  return exitCodes.ok;
}

async function runHere(
  database: Database,
  plan: RetentionPlan,
): Promise<readonly RetainedRows[] | undefined> {
  const sums = new Map<string, RetainedRows>();
  const run = await runExclusively(database, 'retention', async () => {
    await runRetention(database, plan, toTheEnd, (rows) => {
      const name = `${rows.table} ${rows.action}`;
      sums.set(name, { ...rows, rows: rows.rows + (sums.get(name)?.rows ?? 0) });
    });
  });
  return run.kind === 'busy' ? undefined : [...sums.values()];
}
