import type { DeadLetterRun, RunAction } from '@sinch-callbacks/db';
import {
  type LetterSelection,
  type LetterTools,
  performRun,
  previewRun,
  startRun,
  takeUpRun,
  waitForReplays,
} from '@sinch-callbacks/operations';
import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { operatorName } from '../../options/operator-name.ts';
import { wholeNumber } from '../../options/option-parsers.ts';
import { endAfterFailure, type Session } from '../../session.ts';
import { type LetterReport, openLetterReport } from './letter-report.ts';

/** A run to start, to resume, or only to preview. */
export type LetterWork =
  | { readonly kind: 'dry-run'; readonly action: RunAction; readonly selection: LetterSelection }
  | ({
      readonly kind: 'new';
      readonly action: RunAction;
      readonly selection: LetterSelection;
      readonly operator: string | undefined;
    } & WaitOptions)
  | ({ readonly kind: 'resume'; readonly id: number } & WaitOptions);

export interface WaitOptions {
  /** Seconds to wait for the replays; absent: no wait. */
  readonly wait?: number | undefined;
}

const defaultWaitSeconds = 60;
const maxWaitSeconds = 24 * 3600;

/** The end of a run, for the JSON document and the last line. */
interface Ended {
  readonly id: number;
  readonly state: 'DONE' | 'CANCELLED';
}

/**
 * Replays, discards or only lists the chosen letters and reports each. A failure in the middle
 * ends it: the report then holds what was done. Resuming the run, or the same command again, does
 * the rest.
 */
export async function runCommand(session: Session, work: LetterWork): Promise<ExitCode> {
  if (work.kind === 'dry-run') {
    return await session.withDatabase((database) =>
      reportRun(session, true, async (report) => {
        await previewRun(database, work, report.acted);
        return undefined;
      }),
    );
  }
  return await session.withLetterTools((tools) =>
    reportRun(session, false, (report) => perform(session, tools, work, report)),
  );
}

async function reportRun(
  session: Session,
  dryRun: boolean,
  run: (report: LetterReport) => Promise<Ended | undefined>,
): Promise<ExitCode> {
  const { terminal } = session;
  const report = openLetterReport(terminal);
  let ended: Ended | undefined;
  try {
    ended = await run(report);
  } catch (error) {
    const before = (summary: string) => `${summary} before this:`;
    return endAfterFailure(session, error, report, { dryRun, before });
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

async function perform(
  { terminal, io }: Session,
  tools: LetterTools,
  work: Exclude<LetterWork, { readonly kind: 'dry-run' }>,
  report: LetterReport,
): Promise<Ended> {
  const { database } = tools;
  const run = await beginRun(tools, work, io.now());
  const { id } = run;
  terminal.note(`run ${id}: callbacks dead cancel ${id} stops it, dead resume ${id} goes on`);
  const { state, replayed } = await performRun({ ...tools, now: io.now }, run, report.acted);
  if (state === 'DONE' && work.wait !== undefined) {
    report.beginWaiting();
    const timeoutMs = work.wait * 1000;
    await waitForReplays(database, replayed, { timeoutMs, onSettled: report.settled });
  }
  return { id, state };
}

/** @throws UsageError when there is nothing to resume. */
async function beginRun(
  { database }: LetterTools,
  work: Exclude<LetterWork, { readonly kind: 'dry-run' }>,
  now: Date,
): Promise<DeadLetterRun> {
  if (work.kind === 'new') {
    const { action, selection, operator = operatorName() } = work;
    return await startRun(database, { action, selection, operator, startedAt: now });
  }
  const taken = await takeUpRun(database, work.id, now);
  switch (taken.kind) {
    case 'taken':
      return taken.run;
    case 'not-found':
      throw new UsageError(`there is no run ${work.id} (callbacks dead replays)`);
    case 'other-subject':
      throw new UsageError(
        `run ${work.id} is about tasks of handlers: callbacks handlers continue ${work.id}`,
      );
    case 'done':
      throw new UsageError(`run ${work.id} is done: there is nothing to resume`);
  }
}

/** Adds `--wait`. */
export function addWait(command: Command): Command {
  const wait = new Option(
    '--wait [seconds]',
    `wait until they are applied or dead again (at most ${defaultWaitSeconds} s if not said)`,
  );
  return command.addOption(
    wait.preset(String(defaultWaitSeconds)).argParser(wholeNumber(1, maxWaitSeconds)),
  );
}
