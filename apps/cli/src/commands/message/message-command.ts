import type { Command } from 'commander';
import type { Host } from '../../session.ts';
import { showMessage } from './show-message.ts';

const help = `
Reports come in any order and more than once. On one channel the furthest counts, not the latest:
queued < queued on channel < switching channel < failed < delivered < read. The message stands as
its furthest channel; one that is switching away yields to any that is queued or further.

Dead letters and unhandled events of the message are listed among its reports, by time. They made
no rows, so that the status does not count them.

Exits 1 when no callback has told of the message, or when some of its dead letters are open.
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
