import { listWebhooks, maxWebhooks } from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Host, Session } from '../../session.ts';
import { counted } from '../../terminal/format.ts';
import { webhookTable } from './webhook-lines.ts';
import { addConnection, type ConnectionOptions } from './webhook-options.ts';
import { withWebhooks } from './with-webhooks.ts';

const help = `
SECRET is its position in SINCH_WEBHOOK_SECRET: 0 is as it should be. "another" is a secret that is
not in there, and "none" sends unsigned callbacks, which ingest answers with 401.

With --json: {webhooks: [{id, target, targetType, triggers, missingTriggers, secret: {kind,
position}}]}. "kind" is none, ours or another; only ours has a position.
`;

/** `callbacks webhooks list` */
export function addList(webhooks: Command, host: Host): void {
  const list = webhooks
    .command('list')
    .summary('every webhook of the app, without its secret')
    .description('List the webhooks of the app: type, triggers, and which of our secrets signs.');
  addConnection(list)
    .addHelpText('after', help)
    .action(async (options: ConnectionOptions, command: Command) => {
      await host.run(command, (session) => showWebhooks(session, options));
    });
}

async function showWebhooks(session: Session, options: ConnectionOptions): Promise<ExitCode> {
  const { terminal } = session;
  const found = await withWebhooks(session, options, listWebhooks);
  terminal.document({ webhooks: found });
  if (found.length > 0) for (const line of webhookTable(found)) terminal.print(line);
  terminal.note(`${counted(found.length, 'webhook')} of ${maxWebhooks}`);
  return exitCodes.ok;
}
