import { lookUpMessage } from '@sinch-callbacks/db';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { counted, oneLine } from '../../terminal/format.ts';
import { messageLines } from './message-lines.ts';

const help = `
Reports come in any order and more than once. On one channel the furthest counts, not the latest:
queued < queued on channel < switching channel < failed < delivered < read. The message stands as
its furthest channel; one that switches channels yields to any that is queued or further.

Dead letters and unhandled events of the message are listed among its reports, by time. They made
no rows, so that the status does not count them.

A message that was sent from here shows the state, the key and the error of its sending too, also
before Sinch has named it.

Exits 1 when nothing has this id or key, when several apps have a message with this key, or when
some dead letters of the message are open. Nothing that was written is shown.

With --json: {sinchMessageId, status, …, outbound: {id, key, state, errorClass, errorMessage, …},
channels, reports, unapplied: [{eventKey, state, errorClass, resolution, …}]}.

Examples:
  $ callbacks message 01JD0000000000000000000000
  $ callbacks message 01JD0000000000000000000000 --json | jq .reports
  $ callbacks message order-7.shipped
`;

/** `callbacks message <id>` */
export function addMessageCommand(program: Command, host: Host): void {
  program
    .command('message')
    .summary('show how a message stands, and why')
    .description(
      'Show how a message stands on each channel, and every report and dead letter of it.',
    )
    .argument('<id>', "Sinch's id of the message, the id of its outbound row, or its key")
    .addHelpText('after', help)
    .action(async (id: string, _options: object, command: Command) => {
      await host.run(command, (session) => showMessage(session, id));
    });
}

async function showMessage(session: Session, text: string): Promise<ExitCode> {
  const { terminal } = session;
  const found = await session.withDatabase((database) => lookUpMessage(database, text));
  if (found.kind === 'unknown') {
    const problem = 'no callback has named a message with this id, and none was sent with this key';
    return reportProblem(session, 'not-found', problem);
  }
  if (found.kind === 'ambiguous') {
    const ids = found.outbound.map(({ id, appId }) => `${id} of app ${oneLine(appId)}`);
    return reportProblem(session, 'ambiguous', `several have this key: ${ids.join(', ')}`);
  }
  const { message } = found;
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
