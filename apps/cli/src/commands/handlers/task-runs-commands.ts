import type { Database, DeadLetterRun, RunAction } from '@sinch-callbacks/db';
import { countDeadTasks, type TaskFilter } from '@sinch-callbacks/handlers';
import {
  cancelTaskRun,
  performTaskRun,
  startTaskRun,
  takeUpTaskRun,
} from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { operatorName } from '../../options/operator-name.ts';
import { wholeNumber } from '../../options/option-parsers.ts';
import { requireChoice } from '../../options/require-choice.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { counted, oneLine } from '../../terminal/format.ts';
import { findOccurrences } from './find-one-event.ts';
import { addTaskFilter, type TaskFilterOptions, taskFilterOf } from './task-filter-options.ts';

const maxId = 2 ** 31 - 1;

interface RunOptions extends TaskFilterOptions {
  readonly all?: true;
  readonly as?: string;
  readonly dryRun?: true;
}

const kinds = [
  {
    name: 'replay',
    action: 'REPLAY',
    past: 'replayed',
    summary: 'run dead tasks again',
    description: 'Make dead tasks wait again: they run once more, with the same ctx.key.',
  },
  {
    name: 'discard',
    action: 'DISCARD',
    past: 'discarded',
    summary: 'close dead tasks for good',
    description: 'Close dead tasks for good. In strict order the next of their conversation goes.',
  },
] as const satisfies readonly { action: RunAction; [other: string]: string }[];

const help = `
Choose by event keys and --handler, or by filters, or all with --all. Exits 1, and does nothing, when one of the
keys is that of no stored event. It prints the run's number: handlers cancel
<n> stops it, also from another machine, and handlers continue <n> goes on after that, or when it was
cut off. callbacks dead replays lists all runs: the audit.

handlers discard --handler <name> also closes the tasks that wait for a handler that is retired.

With --json: {tasks, dryRun, run: {id, state}}.

Examples:
  $ callbacks handlers replay --handler crm-sync --since 2h --dry-run
  $ callbacks handlers discard MESSAGE_INBOUND.01JD….9f86d0… --handler crm-sync
`;

/** `callbacks handlers replay`, `discard`, `cancel` and `continue`. */
export function addTaskRuns(handlers: Command, host: Host, now: () => Date): void {
  for (const kind of kinds) {
    const command = handlers
      .command(kind.name)
      .summary(kind.summary)
      .description(kind.description)
      .argument('[keys...]', 'event keys, or their beginnings');
    addTaskFilter(command, now)
      .option('--all', 'every dead task; needed when nothing else is chosen')
      .option('--as <name>', 'who you are, for the audit (user@host if not said)')
      .option('--dry-run', 'only say how many; nothing is changed')
      .addHelpText('after', help)
      .action(async (keys: readonly string[], options: RunOptions, self: Command) => {
        await host.run(self, (session) => start(session, kind, keys, options));
      });
  }
  addCancel(handlers, host);
  addContinue(handlers, host);
}

async function start(
  session: Session,
  { action, past }: (typeof kinds)[number],
  keys: readonly string[],
  options: RunOptions,
): Promise<ExitCode> {
  const chosen = chosenTasks(keys, options);
  const { terminal, io } = session;
  return await session.withDatabase(async (database) => {
    const found = await findOccurrences(database, keys);
    if (found.kind === 'not-found') {
      const message = `no stored event has the key ${oneLine(found.text)} (callbacks event)`;
      return reportProblem(session, 'not-found', message);
    }
    const filter = keys.length > 0 ? { ...chosen, occurrences: found.occurrences } : chosen;
    if (options.dryRun) {
      const tasks = await countDeadTasks(database, filter, action);
      terminal.document({ tasks, dryRun: true });
      terminal.note(`dry run, nothing is changed: ${counted(tasks, 'task')} would be ${past}`);
      return exitCodes.ok;
    }
    const operator = options.as ?? operatorName();
    const run = await startTaskRun(database, { action, filter, operator, startedAt: io.now() });
    return await perform(session, database, run);
  });
}

/**
 * Reads the filter. `--handler` goes with event keys too: several handlers have tasks of one event.
 * @throws UsageError when the options contradict each other or choose nothing.
 */
function chosenTasks(keys: readonly string[], options: RunOptions): TaskFilter {
  const chosen = taskFilterOf(options);
  const filter = keys.length > 0 ? { ...chosen, handler: undefined } : chosen;
  requireChoice({ keys, filter, options, everything: 'every dead task' });
  return chosen;
}

async function perform(
  { terminal, io }: Session,
  database: Database,
  run: DeadLetterRun,
): Promise<ExitCode> {
  const { id, action } = run;
  terminal.note(`run ${id}: callbacks handlers cancel ${id} stops it, continue ${id} goes on`);
  const { state, tasks } = await performTaskRun(database, run, io.now, (done) => {
    if (done > 0) terminal.note(`${counted(done, 'task')} of ${run.matched}`);
  });
  terminal.document({ tasks, dryRun: false, run: { id, state } });
  terminal.print(`${counted(tasks, 'task')} ${action === 'REPLAY' ? 'replayed' : 'discarded'}`);
  if (state === 'DONE') return exitCodes.ok;
  terminal.note(`run ${id} was cancelled; callbacks handlers continue ${id} goes on`);
  return exitCodes.failed;
}

function addCancel(handlers: Command, host: Host): void {
  handlers
    .command('cancel')
    .summary('stop a replay, and take back what has not begun')
    .description('Stop a replay or discard. Replayed tasks that have not begun are dead again.')
    .argument('<id>', "the run's number", wholeNumber(1, maxId))
    .action(async (id: number, _options: object, command: Command) => {
      await host.run(command, (session) => cancel(session, id));
    });
}

async function cancel(session: Session, id: number): Promise<ExitCode> {
  const { terminal, io } = session;
  const outcome = await session.withDatabase((database) => cancelTaskRun(database, id, io.now()));
  switch (outcome.kind) {
    case 'not-found':
      return reportNoRun(session, id);
    case 'other-subject':
      throw new UsageError(`run ${id} is about dead letters: callbacks dead cancel ${id}`);
    case 'cancelled': {
      const { run, withdrawn } = outcome;
      terminal.document({ run: { id, state: run.state }, withdrawn });
      terminal.print(
        `run ${id} is ${run.state.toLowerCase()}; ${counted(withdrawn, 'task')} taken back`,
      );
      return exitCodes.ok;
    }
  }
}

function reportNoRun(session: Session, id: number): ExitCode {
  return reportProblem(session, 'not-found', `there is no run ${id} (callbacks dead replays)`);
}

function addContinue(handlers: Command, host: Host): void {
  handlers
    .command('continue')
    .summary('go on with a replay that was cut off or cancelled')
    .description('Go on where a replay or discard of tasks stopped.')
    .argument('<id>', "the run's number", wholeNumber(1, maxId))
    .action(async (id: number, _options: object, command: Command) => {
      await host.run(command, (session) =>
        session.withDatabase((database) => takeUp(session, database, id)),
      );
    });
}

async function takeUp(session: Session, database: Database, id: number): Promise<ExitCode> {
  const taken = await takeUpTaskRun(database, id, session.io.now());
  switch (taken.kind) {
    case 'taken':
      return await perform(session, database, taken.run);
    case 'not-found':
      return reportNoRun(session, id);
    case 'other-subject':
      throw new UsageError(`run ${id} is about dead letters: callbacks dead resume ${id}`);
    case 'done':
      throw new UsageError(`run ${id} is done: there is nothing to continue`);
  }
}
