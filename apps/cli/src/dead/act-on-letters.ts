import {
  countDeadLetters,
  type Database,
  type DeadLetterRun,
  endRun,
  openRun,
  type RunAction,
} from '@sinch-callbacks/db';
import { openReplayLane } from '@sinch-callbacks/queue';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { failureOf } from '../failure.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, requireQueue, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins, type Settings } from '../settings/read-settings.ts';
import { findTargets } from './find-targets.ts';
import { onlyOpen, type RunTools } from './letter-action.ts';
import { type LetterReport, openLetterReport } from './letter-report.ts';
import { operatorName } from './operator-name.ts';
import { resolveKeys } from './resolve-keys.ts';
import { runFilterOf, selectionOf } from './run-filter.ts';
import { runLetters, withdrawLast } from './run-letters.ts';
import type { Selection } from './select-letters.ts';
import { waitForReplays } from './wait-for-replays.ts';

export interface LetterWork {
  readonly begin: Beginning;
  /** How long to wait for what is replayed; absent: not at all. */
  readonly waitSeconds?: number | undefined;
}

type Beginning =
  /** Only says which letters these are. */
  | { readonly kind: 'dry-run'; readonly action: RunAction; readonly selection: Selection }
  | {
      readonly kind: 'new';
      readonly action: RunAction;
      readonly selection: Selection;
      readonly operator: string | undefined;
    }
  /** @throws UsageError when there is nothing to resume. */
  | { readonly kind: 'resume'; take(database: Database): Promise<DeadLetterRun> };

/** What became of a run, for the last words. */
interface Ended {
  readonly id: number;
  readonly state: 'DONE' | 'CANCELLED';
}

/**
 * Replays, discards or only lists the chosen letters and reports each. A failure in the middle
 * ends it: the report then holds what was done, and resuming the run or the same command again
 * does the rest.
 */
export async function actOnLetters(session: Session, work: LetterWork): Promise<ExitCode> {
  const { terminal } = session;
  const settings = await session.readSettings();
  const databaseUrl = requireDatabaseUrl(settings);
  const dryRun = work.begin.kind === 'dry-run';
  const queue = dryRun ? undefined : requireQueue(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl, queue }));

  const report = openLetterReport(terminal);
  let ended: Ended | undefined;
  try {
    ended = await withDatabase(databaseUrl, (database) =>
      act(database, session, settings, work, report),
    );
  } catch (error) {
    const failure = failureOf(error);
    const { code, message } = failure ?? { code: 'unexpected', message: String(error) };
    report.end({ dryRun, error: { code, message } });
    if (failure === undefined) throw error;
    terminal.note(`${report.summary()} before this:`);
    session.world.stderr.write(`error: ${message}\n`);
    return failure.exitCode;
  }
  report.end({ dryRun, run: ended });
  terminal.note(dryRun ? `dry run, nothing is changed: ${report.summary()}` : report.summary());
  if (ended?.state === 'CANCELLED') {
    terminal.note(`run ${ended.id} was cancelled; callbacks dead resume ${ended.id} goes on`);
    return exitCodes.failed;
  }
  const failures = report.count('not-found') + report.count('dead-again');
  return failures + report.count('unsettled') > 0 ? exitCodes.failed : exitCodes.ok;
}

async function act(
  database: Database,
  { terminal, world }: Session,
  settings: Settings,
  { begin, waitSeconds }: LetterWork,
  report: LetterReport,
): Promise<Ended | undefined> {
  if (begin.kind === 'dry-run') {
    await reportOnly(database, begin, report);
    return undefined;
  }
  const backend = requireQueue(settings).value;
  const lane = openReplayLane({ backend, prefix: settings.queuePrefix });
  try {
    const run = begin.kind === 'resume' ? await begin.take(database) : await open(database, begin);
    const { id } = run;
    terminal.note(`run ${id}: callbacks dead cancel ${id} stops it, dead resume ${id} goes on`);
    const tools = { database, lane, runId: id, now: world.now };
    const { isStopped, replayed } = await runToItsEnd(tools, run, report);
    if (isStopped) return { id, state: 'CANCELLED' };
    if (waitSeconds !== undefined) {
      report.beginWaiting();
      await waitForReplays(database, replayed, {
        timeoutMs: waitSeconds * 1000,
        onSettled: (key, as) => report.settled(key, as),
      });
    }
    return { id, state: 'DONE' };
  } finally {
    await lane.close();
  }

  async function open(
    into: Database,
    { action, selection, operator = operatorName() }: Extract<Beginning, { kind: 'new' }>,
  ): Promise<DeadLetterRun> {
    const chosen = await resolveSelection(into, selection);
    const matched =
      chosen.kind === 'keys' ? chosen.keys.length : await countDeadLetters(into, chosen.filter);
    const filter = runFilterOf(chosen);
    return await openRun(into, { action, operator, filter, matched, startedAt: world.now() });
  }
}

/** A failure is noted in the audit, if the database is still there to note it. */
async function runToItsEnd(tools: RunTools, run: DeadLetterRun, report: LetterReport) {
  const { database, now } = tools;
  const { id, action, cursor } = run;
  try {
    const letters = { action, selection: selectionOf(run.filter), cursor };
    const result = await runLetters(tools, letters, report);
    const isDone = !result.isStopped && (await endRun(database, id, { state: 'DONE', at: now() }));
    if (!result.isStopped && !isDone) await withdrawLast(tools, result.replayed);
    return { ...result, isStopped: !isDone };
  } catch (error) {
    const why = failureOf(error)?.code ?? 'unexpected';
    const end = { state: 'FAILED', at: now(), error: why } as const;
    // What is to be told is the failure itself. Without this note the run is as one that died.
    await endRun(database, id, end).catch(() => undefined);
    throw error;
  }
}

async function resolveSelection(database: Database, selection: Selection): Promise<Selection> {
  if (selection.kind === 'filter') return selection;
  return { kind: 'keys', keys: await resolveKeys(database, selection.keys) };
}

async function reportOnly(
  database: Database,
  { action, selection }: Extract<Beginning, { kind: 'dry-run' }>,
  report: LetterReport,
): Promise<void> {
  const kind = action === 'REPLAY' ? 'would-replay' : 'would-discard';
  for await (const target of findTargets(database, await resolveSelection(database, selection))) {
    report.acted(target.key, await onlyOpen(target, () => ({ kind })));
  }
}
