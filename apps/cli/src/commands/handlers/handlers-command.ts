import {
  countTaskStocks,
  listHandlers,
  type RegisteredState,
  setHandlerState,
} from '@sinch-callbacks/handlers';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Host, Session } from '../../session.ts';
import { counted, oneLine, showDuration, showInstant, tableLines } from '../../terminal/format.ts';
import { addBackfill } from './backfill-command.ts';
import { addDeadTasks } from './dead-tasks-command.ts';
import { reportUnknown } from './report-unknown.ts';
import { addShowTasks } from './show-tasks-command.ts';
import { addTaskRuns } from './task-runs-commands.ts';
import { addTry } from './try-command.ts';

/** `callbacks handlers …` */
export function addHandlersCommand(program: Command, host: Host, now: () => Date): void {
  const handlers = program
    .command('handlers')
    .summary('your own code on events: what waits, what is dead, and what was done')
    .description(
      'Handlers are functions of yours that run on each event (docs/write-a-handler.md). A task ' +
        'is one thing that happened, for one handler.',
    );
  addList(handlers, host);
  addShowTasks(handlers, host);
  addDeadTasks(handlers, host, now);
  addTaskRuns(handlers, host, now);
  addBackfill(handlers, host, now);
  for (const change of stateChanges) addStateChange(handlers, host, change);
  addTry(handlers, host);
}

const listHelp = `
KNOWN says whether a handlers process has it now. The tasks of a name that none has are kept.
OLDEST is the age of the oldest task that waits or is retried; a retired handler has none.

With --json: {handlers: [{name, triggers, order, keySource, state, activeFrom, seenAt, isKnown,
waiting, retrying, dead, oldestWaitingMs}]}.
`;

function addList(handlers: Command, host: Host): void {
  handlers
    .command('list')
    .summary('every handler, with the numbers of its tasks')
    .description('List the handlers that were ever registered, with the numbers of their tasks.')
    .addHelpText('after', listHelp)
    .action(async (_options: object, command: Command) => {
      await host.run(command, list);
    });
}

async function list(session: Session): Promise<ExitCode> {
  const { terminal } = session;
  const found = await session.withDatabase(async (database) => {
    const stocks = await countTaskStocks(database);
    const byName = new Map(stocks.map((stock) => [stock.handler, stock]));
    return (await listHandlers(database)).map((handler) => {
      const { states, oldestWaitingMs } = byName.get(handler.name) ?? noTasks;
      return { ...handler, ...states, oldestWaitingMs };
    });
  });
  terminal.document({ handlers: found });
  const rows = found.map((handler) => [
    handler.name,
    handler.state,
    handler.isKnown ? 'yes' : `no, since ${showInstant(handler.seenAt)}`,
    orderText(handler),
    String(handler.waiting),
    String(handler.retrying),
    String(handler.dead),
    handler.oldestWaitingMs === undefined ? '-' : showDuration(handler.oldestWaitingMs),
    oneLine(handler.triggers.join(', '), maxTriggersLength),
  ]);
  const head = [
    'HANDLER',
    'STATE',
    'KNOWN',
    'ORDER',
    'WAITING',
    'RETRYING',
    'DEAD',
    'OLDEST',
    'TRIGGERS',
  ];
  if (rows.length > 0) for (const line of tableLines(head, rows)) terminal.print(line);
  terminal.note(counted(found.length, 'handler'));
  return exitCodes.ok;
}

/** A key that is not the usual one shows: `strict by contact`. */
function orderText({ order, keySource }: Pick<RegisteredState, 'order' | 'keySource'>): string {
  const text = order.toLowerCase();
  return keySource === null || keySource === 'conversation' ? text : `${text} by ${keySource}`;
}

const noTasks = { states: { waiting: 0, retrying: 0, dead: 0 }, oldestWaitingMs: undefined };
const maxTriggersLength = 60;

const stateChanges = [
  {
    name: 'pause',
    state: 'PAUSED',
    summary: 'stop running a handler; its tasks are still made, and wait',
    done: 'is paused: its tasks wait',
  },
  {
    name: 'resume',
    state: 'ACTIVE',
    summary: 'run a handler again that was paused or retired',
    done: 'is active',
  },
  {
    name: 'retire',
    state: 'RETIRED',
    summary: 'make no more tasks for a handler; those that it has are kept',
    done: 'is retired: no more tasks are made for it',
  },
] as const;

function addStateChange(
  handlers: Command,
  host: Host,
  { name, state, summary, done }: (typeof stateChanges)[number],
): void {
  handlers
    .command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}. It takes effect in seconds.`)
    .argument('<handler>', 'its name')
    .action(async (handler: string, _options: object, command: Command) => {
      await host.run(command, async (session) => {
        const before = await session.withDatabase((database) =>
          setHandlerState(database, handler, state),
        );
        if (before === undefined) return reportUnknown(session, handler);
        session.terminal.document({ handler: { name: handler, before, state } });
        session.terminal.print(`${oneLine(handler)} ${done}`);
        return exitCodes.ok;
      });
    });
}
