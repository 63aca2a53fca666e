import type { Command } from 'commander';
import type { Host } from '../session.ts';
import { showMessage } from './show-message.ts';

const help = `
Reports come in any order and more than once. The status is the furthest of them, not the latest:
queued < queued on channel, switching channel < failed < delivered < read.

Ends with 1 when no callback has told of the message. Nothing that was written is shown.

Examples:
  $ callbacks message 01JD0000000000000000000000
  $ callbacks message 01JD0000000000000000000000 --json | jq .reports
`;

/** `callbacks message <id>` */
export function addMessageCommand(program: Command, host: Host): void {
  program
    .command('message')
    .summary('show how a message stands, and why')
    .description('Show how a message stands, and every delivery report that ever came for it.')
    .argument('<id>', "Sinch's id of the message")
    .addHelpText('after', help)
    .action(async (id: string, _options: object, command: Command) => {
      await host.run(command, (session) => showMessage(session, id));
    });
}
