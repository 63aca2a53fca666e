import { findTasks, type TaskHistory } from '@sinch-callbacks/handlers';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import {
  counted,
  factLines,
  oneLine,
  plainText,
  showInstant,
  tableLines,
} from '../../terminal/format.ts';
import { findOneEvent } from './find-one-event.ts';

const showHelp = `
Copies of a callback share their tasks: it happened once. Exits 1 when no event has the key.

With --json: {eventKey, tasks: [{handler, state, key, cause, attempts, lostStarts, replays,
createdAt, retryAt, settledAt, errorMessage, stack, failures}]}. A key that is made of a number or
an address is a digest of it.
`;

/** `callbacks handlers show` */
export function addShowTasks(handlers: Command, host: Host): void {
  handlers
    .command('show')
    .summary('what the handlers did about one event')
    .description('Show the tasks of an event: their states, and every failed run.')
    .argument('<event>', 'its event key, or the digits at its end')
    .addHelpText('after', showHelp)
    .action(async (key: string, _options: object, command: Command) => {
      await host.run(command, (session) => show(session, key));
    });
}

async function show(session: Session, key: string): Promise<ExitCode> {
  const { terminal } = session;
  const found = await session.withDatabase(async (database) => {
    const event = await findOneEvent(database, key);
    return event && { event, tasks: await findTasks(database, event.rawBody) };
  });
  if (found === undefined) {
    return reportProblem(session, 'not-found', 'no stored event has this key (callbacks event)');
  }
  const { event } = found;
  const tasks = found.tasks.map((task) => ({
    ...task,
    key: task.key && withoutIdentity(task.key),
  }));
  terminal.document({ eventKey: event.key, tasks });
  for (const task of tasks) for (const line of taskLines(task)) terminal.print(line);
  terminal.note(`${counted(tasks.length, 'task')} of ${oneLine(event.key)}`);
  return exitCodes.ok;
}

const shownDigits = 2;
const isDigest = /^#[0-9a-f]{32}$/;

/** Shortens a key that is a person's number or address: `identity:SMS:…67`. A digest stays. */
function withoutIdentity(key: string): string {
  const { kind, identity } = /^(?<kind>identity:[^:]*:)(?<identity>.*)$/s.exec(key)?.groups ?? {};
  if (kind === undefined || identity === undefined || isDigest.test(identity)) return key;
  return `${kind}…${identity.slice(-shownDigits)}`;
}

function taskLines(task: TaskHistory): string[] {
  // What is replayed, or done after a replay, keeps the cause of its death.
  const isRefused = task.state === 'DEAD' || task.state === 'SKIPPED';
  const isOpen = task.state === 'WAITING' || task.state === 'RUNNING';
  const facts = factLines({
    handler: task.handler,
    state: task.state.toLowerCase(),
    why: task.cause === null || !isRefused ? undefined : oneLine(task.cause),
    key: task.key === null ? undefined : oneLine(task.key),
    attempts: String(task.attempts),
    'lost starts': task.lostStarts > 0 ? String(task.lostStarts) : undefined,
    replays: task.replays > 0 ? String(task.replays) : undefined,
    made: showInstant(task.createdAt),
    'next try': task.retryAt === null ? undefined : showInstant(task.retryAt),
    settled: task.settledAt === null || isOpen ? undefined : showInstant(task.settledAt),
  });
  const rows = task.failures.map(({ at, replay, attempt, message }) => [
    at,
    replay === 0 ? '-' : `replay ${replay}`,
    String(attempt),
    oneLine(message),
  ]);
  const failures =
    rows.length > 0
      ? ['', 'Failed runs', ...tableLines(['AT', 'REPLAY', 'TRY', 'ERROR'], rows)]
      : [];
  const stack =
    task.stack === null || task.state === 'DONE' ? [] : ['', 'Stack', plainText(task.stack)];
  return [...facts, ...failures, ...stack, ''];
}
