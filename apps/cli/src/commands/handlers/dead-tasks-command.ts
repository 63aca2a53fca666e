import {
  type DeadTask,
  type DeadTaskGroup,
  groupDeadTasks,
  listDeadTasks,
} from '@sinch-callbacks/handlers';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { wholeNumber } from '../../options/option-parsers.ts';
import type { Host, Session } from '../../session.ts';
import { counted, oneLine, showInstant, tableLines } from '../../terminal/format.ts';
import {
  addTaskFilter,
  deadCauses,
  type TaskFilterOptions,
  taskFilterOf,
} from './task-filter-options.ts';

const maxPage = 10_000;
const defaultPage = 50;
const maxMessageLength = 80;

const deadHelp = `
Without --each, tasks of one handler with the same error are one group, whatever ids, numbers and
quoted values are in it.

Why tasks are dead:
${Object.entries(deadCauses)
  .map(([cause, text]) => `  ${cause.padEnd(20)}${text}`)
  .join('\n')}

With --json: {groups: [{handler, fingerprint, cause, count, errorMessage, firstDeadAt, lastDeadAt,
exampleKey}]}, and with --each {tasks: [{handler, eventKey, trigger, appId, cause, errorMessage,
fingerprint, attempts, replays, deadAt}]}.

Examples:
  $ callbacks handlers dead --since 2h
  $ callbacks handlers dead --handler crm-sync --each
  $ callbacks handlers replay --fingerprint 9f86d081884c --dry-run
`;

interface DeadOptions extends TaskFilterOptions {
  readonly each?: true;
  readonly limit: number;
}

/** `callbacks handlers dead` */
export function addDeadTasks(handlers: Command, host: Host, now: () => Date): void {
  const dead = handlers
    .command('dead')
    .summary('what tasks are dead, and why: the most frequent error first')
    .description('Group the dead tasks by their error, or list them one by one.');
  addTaskFilter(dead, now)
    .option('--each', 'one by one, the latest first')
    .option('--limit <n>', 'how many', wholeNumber(1, maxPage), defaultPage)
    .addHelpText('after', deadHelp)
    .action(async (options: DeadOptions, command: Command) => {
      await host.run(command, (session) =>
        options.each ? listEach(session, options) : listGroups(session, options),
      );
    });
}

async function listGroups(session: Session, options: DeadOptions): Promise<ExitCode> {
  const { terminal } = session;
  const groups = await session.withDatabase((database) =>
    groupDeadTasks(database, taskFilterOf(options), options.limit),
  );
  terminal.document({ groups });
  const head = ['TASKS', 'HANDLER', 'FINGERPRINT', 'CAUSE', 'LAST', 'ERROR'];
  if (groups.length > 0) {
    for (const line of tableLines(head, groups.map(groupRow))) terminal.print(line);
  }
  const tasks = groups.reduce((sum, { count }) => sum + count, 0);
  terminal.note(`${counted(groups.length, 'group')}, ${counted(tasks, 'dead task')}`);
  return exitCodes.ok;
}

function groupRow(group: DeadTaskGroup): string[] {
  return [
    String(group.count),
    group.handler,
    group.fingerprint ?? '-',
    group.cause,
    showInstant(group.lastDeadAt),
    oneLine(group.errorMessage ?? '', maxMessageLength),
  ];
}

async function listEach(session: Session, options: DeadOptions): Promise<ExitCode> {
  const { terminal } = session;
  const tasks = await session.withDatabase((database) =>
    listDeadTasks(database, taskFilterOf(options), options.limit),
  );
  terminal.document({ tasks });
  const head = ['DEAD', 'HANDLER', 'CAUSE', 'TRIES', 'EVENT', 'ERROR'];
  if (tasks.length > 0) {
    for (const line of tableLines(head, tasks.map(taskRow))) terminal.print(line);
  }
  terminal.note(counted(tasks.length, 'dead task'));
  return exitCodes.ok;
}

function taskRow(task: DeadTask): string[] {
  return [
    showInstant(task.deadAt),
    task.handler,
    task.cause,
    String(task.attempts),
    oneLine(task.eventKey),
    oneLine(task.errorMessage ?? '', maxMessageLength),
  ];
}
