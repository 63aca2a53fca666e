import type { Database } from '@sinch-callbacks/db';
import { openReplayLane, type ReplayLane } from '@sinch-callbacks/queue';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { failureOf } from '../failure.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, requireQueue, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins, type Settings } from '../settings/read-settings.ts';
import { findTargets } from './find-targets.ts';
import { type LetterAction, onlyOpen } from './letter-action.ts';
import { type LetterReport, openLetterReport } from './letter-report.ts';
import type { Selection } from './select-letters.ts';
import { type Replayed, waitForReplays } from './wait-for-replays.ts';

export interface LetterWork {
  readonly selection: Selection;
  /** What a dry run says instead of acting. */
  readonly dryRun: 'would-replay' | 'would-discard' | undefined;
  /** How long to wait for what is replayed; absent: not at all. */
  readonly waitSeconds?: number | undefined;
  action(database: Database, lane: ReplayLane): LetterAction;
}

/**
 * Replays, discards or only lists the chosen letters and reports each. A failure in the middle
 * ends it: the report then holds what was done, and the same command again does the rest. What
 * was replayed and is not applied yet is replayed once more by that, which changes nothing.
 */
export async function actOnLetters(session: Session, work: LetterWork): Promise<ExitCode> {
  const { terminal } = session;
  const settings = await session.readSettings();
  const databaseUrl = requireDatabaseUrl(settings);
  const queue = work.dryRun ? undefined : requireQueue(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl, queue }));

  const report = openLetterReport(terminal);
  try {
    await withDatabase(databaseUrl, (database) => act(database, settings, work, report));
  } catch (error) {
    const failure = failureOf(error);
    const { code, message } = failure ?? { code: 'unexpected', message: String(error) };
    report.end({ dryRun: work.dryRun !== undefined, error: { code, message } });
    if (failure === undefined) throw error;
    terminal.note(`${report.summary()} before this:`);
    session.world.stderr.write(`error: ${message}\n`);
    return failure.exitCode;
  }
  report.end({ dryRun: work.dryRun !== undefined });
  terminal.note(report.summary());
  const failures = report.count('not-found') + report.count('dead-again');
  return failures + report.count('unsettled') > 0 ? exitCodes.failed : exitCodes.ok;
}

async function act(
  database: Database,
  settings: Settings,
  work: LetterWork,
  report: LetterReport,
): Promise<void> {
  const { dryRun, waitSeconds, selection } = work;
  if (dryRun) {
    await actOnEach(database, selection, async () => ({ kind: dryRun }), report);
    return;
  }
  const lane = openReplayLane({
    backend: requireQueue(settings).value,
    prefix: settings.queuePrefix,
  });
  try {
    const replayed = await actOnEach(database, selection, work.action(database, lane), report);
    if (waitSeconds === undefined) return;
    report.beginWaiting();
    await waitForReplays(database, replayed, {
      timeoutMs: waitSeconds * 1000,
      onSettled: (key, as) => report.settled(key, as),
    });
  } finally {
    await lane.close();
  }
}

async function actOnEach(
  database: Database,
  selection: Selection,
  action: LetterAction,
  report: LetterReport,
): Promise<readonly Replayed[]> {
  const replayed: Replayed[] = [];
  const actIfOpen = onlyOpen(action);
  for await (const target of findTargets(database, selection)) {
    const result = await actIfOpen(target);
    report.acted(target.key, result);
    if (result.kind === 'replayed') replayed.push({ key: target.key, deadAt: result.deadAt });
  }
  return replayed;
}
