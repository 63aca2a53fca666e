import { type Database, noteRetention, readServerTime, runExclusively } from '@sinch-callbacks/db';
import {
  agreedTime,
  countRetention,
  hasRetention,
  planRetention,
  type RetainedRows,
  type RetentionSchedule,
  retentionLimits,
  runRetention,
  scheduleText,
} from '@sinch-callbacks/operations';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { reportProblem, type Session } from '../session.ts';
import { counted, oneLine, showInstant } from '../terminal/format.ts';
import { failedSteps, reportFailedSteps } from './report-failed-steps.ts';

interface ScheduleOptions {
  readonly olderThan?: number;
  readonly guardOlderThan?: number;
  readonly outboundOlderThan?: number;
  readonly dryRun?: true;
}

/**
 * `callbacks prune --schedule`: does now what the worker does by itself, by the variables that are
 * set here. Contacts that are to be erased are left to it, since it has the key. It exits 1 where a
 * worker is at it, where the lock was lost, and where a step or a contact failed.
 */
export async function pruneBySchedule(
  session: Session,
  options: ScheduleOptions,
): Promise<ExitCode> {
  const { olderThan, guardOlderThan, outboundOlderThan, dryRun = false } = options;
  if ((olderThan ?? guardOlderThan ?? outboundOlderThan) !== undefined) {
    throw new UsageError('--schedule goes by the days of the variables: leave out the ages');
  }
  const { retention, contactDelete } = await session.readSettings();
  const isErased = contactDelete.policy === 'erase';
  const schedule = isErased ? retention : { ...retention, contactDelete };
  if (!hasRetention(schedule)) {
    throw new UsageError(
      'nothing expires: set RETENTION_DAYS, RETENTION_PROJECTIONS_DAYS or REDACT_AFTER_DAYS here, as for the worker',
    );
  }
  if (isErased) session.terminal.note('contacts that Sinch deleted are left to the worker');
  return await session.withDatabase(
    async (database) =>
      dryRun
        ? await countHere(session, database, schedule)
        : await runHere(session, database, schedule, !isErased),
    retentionLimits,
  );
}

async function countHere(
  { terminal, io }: Session,
  database: Database,
  schedule: RetentionSchedule,
): Promise<ExitCode> {
  const plan = planRetention(schedule, await agreedTime(database, io.now));
  const counts = await countRetention(database, plan);
  terminal.document({ dryRun: true, counts });
  for (const { table, action, rows } of counts) {
    terminal.print(`${table}: ${counted(rows, 'row')} would be ${action}`);
  }
  if (plan.redactBefore !== undefined) {
    terminal.print(
      `redacted: texts, names and identities from before ${showInstant(plan.redactBefore)}`,
    );
  }
  terminal.note('dry run: nothing is changed; guards and tasks of events that go now may follow');
  return exitCodes.ok;
}

/** @param isWhole notes the run, as one that did all that the variables say. */
async function runHere(
  session: Session,
  database: Database,
  schedule: RetentionSchedule,
  isWhole: boolean,
): Promise<ExitCode> {
  const { terminal, io } = session;
  const sums = new Map<string, RetainedRows>();
  const run = await runExclusively(database, 'retention', async (lost) => {
    const startedAt = await agreedTime(database, io.now);
    const ended = await runRetention(database, planRetention(schedule, startedAt), {
      proceed: async () => !lost.aborted,
      onRows(rows) {
        const name = `${rows.table} ${rows.action}`;
        sums.set(name, { ...rows, rows: rows.rows + (sums.get(name)?.rows ?? 0) });
      },
      onContactFailed: (id, error) =>
        terminal.note(`contact ${id}: not redacted: ${oneLine(String(error))}`),
    });
    if (ended.isComplete && ended.failures.length === 0 && isWhole) {
      await noteRetention(database, {
        startedAt,
        finishedAt: await readServerTime(database),
        schedule: scheduleText(schedule),
        removed: Object.fromEntries(
          [...sums].flatMap(([name, { rows }]) => (rows > 0 ? [[name, rows]] : [])),
        ),
      });
    }
    return ended;
  });
  if (run.kind === 'busy') {
    terminal.note('a worker is at it: what is due goes now');
    return exitCodes.failed;
  }
  const { isComplete, failures } = run.value;
  if (!isComplete) {
    const message = 'the lock was lost: the same command does the rest';
    return reportProblem(session, 'interrupted', message);
  }
  const counts = [...sums.values()];
  terminal.document({ dryRun: false, counts, ...failedSteps(failures) });
  for (const { table, action, rows } of counts) {
    terminal.print(`${table}: ${counted(rows, 'row')} ${action}`);
  }
  const isLeft = counts.some(({ action }) => action === 'failed');
  return reportFailedSteps(terminal, failures) || isLeft ? exitCodes.failed : exitCodes.ok;
}
