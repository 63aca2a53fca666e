import type { KnownTrigger } from '@sinch-callbacks/core';
import { backfillTasks, byTrigger, listHandlers } from '@sinch-callbacks/handlers';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { moment } from '../../options/option-parsers.ts';
import { momentForms } from '../../options/parse-moment.ts';
import type { Host, Session } from '../../session.ts';
import { counted, oneLine } from '../../terminal/format.ts';
import { reportUnknown } from './report-unknown.ts';

const backfillHelp = `
A new handler starts with what happens from then on. This makes the tasks of what happened before.
What the handler had already makes none: repeat it as often as you like. Events whose bodies were
pruned, redacted or erased make none.

With --json: {handler, events, tasks}.

Examples:
  $ callbacks handlers backfill crm-sync --since 30d
`;

/** `callbacks handlers backfill` */
export function addBackfill(handlers: Command, host: Host, now: () => Date): void {
  handlers
    .command('backfill')
    .summary('run a handler on what happened before it was there')
    .description('Make the tasks of a handler for events that were received before.')
    .argument('<handler>', 'its name')
    .requiredOption('--since <when>', `events received then or later: ${momentForms}`, moment(now))
    .addHelpText('after', backfillHelp)
    .action(async (name: string, { since }: { readonly since: Date }, command: Command) => {
      await host.run(command, (session) => backfill(session, name, since));
    });
}

async function backfill(session: Session, name: string, since: Date): Promise<ExitCode> {
  const { terminal } = session;
  return await session.withDatabase(async (database) => {
    const handler = (await listHandlers(database)).find((known) => known.name === name);
    if (handler === undefined) return reportUnknown(session, name);
    if (handler.state === 'RETIRED') {
      const shown = oneLine(name);
      const advice = `callbacks handlers resume ${shown} makes it active again`;
      throw new UsageError(`${shown} is retired, so no tasks are made for it: ${advice}`);
    }
    const triggers = handler.triggers as readonly KnownTrigger[];
    const { events, tasks } = await backfillTasks(
      database,
      byTrigger([{ name, triggers, keySource: handler.keySource }]),
      { receivedSince: since },
      (progress) => terminal.note(`${counted(progress.events, 'event')} looked through`),
    );
    terminal.document({ handler: name, events, tasks });
    terminal.print(`${counted(tasks, 'task')} made`);
    return exitCodes.ok;
  });
}
