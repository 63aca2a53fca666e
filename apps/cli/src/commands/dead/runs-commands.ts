import { type DeadLetterRun, listRuns, type RunFilter } from '@sinch-callbacks/db';
import { cancelLetterRun } from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { wholeNumber } from '../../options/option-parsers.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { counted, oneLine, showInstant, tableLines } from '../../terminal/format.ts';
import { addWait, runCommand, type WaitOptions } from './run-command.ts';

const maxId = 2 ** 31 - 1;
const maxShown = 10_000;
const defaultShown = 20;
const maxFilterLength = 100;

const listHelp = `
A run that is RUNNING, with a PROGRESS long ago, is one whose process died: resume or cancel it.

With --json: {runs: [{id, action, state, operator, filter, matched, queued, discarded, underWay,
skipped, withdrawn, cursor, startedAt, updatedAt, finishedAt, error}]}.
`;

/** `callbacks dead replays`, `callbacks dead cancel` and `callbacks dead resume`. */
export function addRunCommands(dead: Command, host: Host): void {
  dead
    .command('replays')
    .summary('who replayed or discarded what, and how far it came')
    .description('List replays and discards, the latest first: the audit.')
    .option('--limit <n>', 'how many', wholeNumber(1, maxShown), defaultShown)
    .addHelpText('after', listHelp)
    .action(async (options: { readonly limit: number }, command: Command) => {
      await host.run(command, (session) => listReplays(session, options.limit));
    });
  addCancel(dead, host);
  addResume(dead, host);
}

async function listReplays(session: Session, limit: number): Promise<ExitCode> {
  const { terminal } = session;
  const runs = await session.withDatabase((database) => listRuns(database, limit));
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

/** Describes a run's filter for people: `trigger MESSAGE_DELIVERY, since 2026-…`. */
function describeRunFilter(filter: RunFilter): string {
  if ('keys' in filter) {
    const [first = '-'] = filter.keys;
    return filter.keys.length > 1 ? `${filter.keys.length} keys` : first;
  }
  const conditions = 'tasks' in filter ? filter.tasks : filter.where;
  const parts = Object.entries(conditions).map(([name, value]) => `${name} ${String(value)}`);
  const chosen = parts.length > 0 ? parts.join(', ') : 'all';
  return 'tasks' in filter ? `tasks: ${chosen}` : chosen;
}

const cancelHelp = `
Also a run whose process died, and one that has queued everything already. What no worker has begun
with leaves the queue, and its letter stays open; what is applied stays applied.

Exits 1 when there is no such run.

With --json: {run: {id, state}, counts: {withdrawn, in-hand, settled}}.
`;

function addCancel(dead: Command, host: Host): void {
  dead
    .command('cancel')
    .summary('stop a replay, and take back what still waits')
    .description('Stop a replay or discard, and take what still waits of it off the queue.')
    .argument('<id>', "the run's number", wholeNumber(1, maxId))
    .addHelpText('after', cancelHelp)
    .action(async (id: number, _options: object, command: Command) => {
      await host.run(command, (session) => cancel(session, id));
    });
}

/** After an interruption, the same command does the rest. */
async function cancel(session: Session, id: number): Promise<ExitCode> {
  const { terminal, io } = session;
  const outcome = await session.withLetterTools((tools) =>
    cancelLetterRun({ ...tools, runId: id, now: io.now }),
  );
  if (outcome.kind === 'not-found') {
    return reportProblem(session, 'not-found', `there is no run ${id} (callbacks dead replays)`);
  }
  if (outcome.kind === 'other-subject') {
    throw new UsageError(`run ${id} is about tasks of handlers: callbacks handlers cancel ${id}`);
  }
  const { run, withdrawn: counts } = outcome;
  terminal.document({ run: { id, state: run.state }, counts });
  terminal.print(`run ${id} is ${run.state.toLowerCase()}`);
  terminal.note(
    `${counted(counts.withdrawn, 'letter')} taken off the queue, still open; ` +
      `${counts['in-hand']} in a worker's hands`,
  );
  return exitCodes.ok;
}

const resumeHelp = `
No letter is queued twice by it, and what cancelling took back is queued again.

Exits as dead replay does, and 2 when the run is done or there is none.
`;

function addResume(dead: Command, host: Host): void {
  const resume = dead
    .command('resume')
    .summary('go on with a replay that was cut off or cancelled')
    .description('Go on where a replay or discard stopped.')
    .argument('<id>', "the run's number", wholeNumber(1, maxId));
  addWait(resume)
    .addHelpText('after', resumeHelp)
    .action(async (id: number, { wait }: WaitOptions, command: Command) => {
      await host.run(command, (session) => runCommand(session, { kind: 'resume', id, wait }));
    });
}
