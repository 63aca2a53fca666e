import { findMessage } from '@sinch-callbacks/db';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { counted } from '../../terminal/format.ts';
import { messageLines } from './message-lines.ts';

const help = `
Reports come in any order and more than once. On one channel the furthest counts, not the latest:
queued < queued on channel < switching channel < failed < delivered < read. The message stands as
its furthest channel; one that switches channels yields to any that is queued or further.

Dead letters and unhandled events of the message are listed among its reports, by time. They made
no rows, so that the status does not count them.

Exits 1 when no callback has named the message, or when some of its dead letters are open.
Nothing that was written is shown.

With --json: {sinchMessageId, status, …, channels, reports, unapplied: [{eventKey, state,
errorClass, resolution, …}]}.

Examples:
  $ callbacks message 01JD0000000000000000000000
  $ callbacks message 01JD0000000000000000000000 --json | jq .reports
`;

/** `callbacks message <id>` */
export function addMessageCommand(program: Command, host: Host): void {
  program
    .command('message')
    .summary('show how a message stands, and why')
    .description(
      'Show how a message stands on each channel, and every report and dead letter of it.',
    )
    .argument('<id>', "Sinch's id of the message")
    .addHelpText('after', help)
    .action(async (id: string, _options: object, command: Command) => {
      await host.run(command, (session) => showMessage(session, id));
    });
}

async function showMessage(session: Session, sinchMessageId: string): Promise<ExitCode> {
  const { terminal } = session;
  const message = await session.withDatabase((database) => findMessage(database, sinchMessageId));
  if (message === undefined) {
    const problem = 'no callback has named a message with this id';
    return reportProblem(session, 'not-found', problem);
  }
  terminal.document(message);
  for (const line of messageLines(message)) terminal.print(line);
  const open = message.unapplied.filter(
    ({ state, resolvedAt }) => state === 'DEAD' && resolvedAt === undefined,
  );
  if (open.length === 0) return exitCodes.ok;
  terminal.note(
    `${counted(open.length, 'event')} of it died and made no row: callbacks dead show <event key>`,
  );
  return exitCodes.failed;
}
