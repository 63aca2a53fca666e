import { deleteWebhook, listWebhooks } from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { nonEmpty } from '../../options/option-parsers.ts';
import type { Host, Session } from '../../session.ts';
import { reportUnknownWebhook } from './update-command.ts';
import { nameOf } from './webhook-lines.ts';
import { addConnection, type ConnectionOptions } from './webhook-options.ts';
import { withWebhooks } from './with-webhooks.ts';

interface DeleteOptions extends ConnectionOptions {
  readonly yes?: true;
  readonly dryRun?: true;
}

const help = `
Sinch sends nothing to its target from then on, and nothing of what happens meanwhile later. To stop
it for a while: callbacks webhooks update <id> --type DISMISS. Exits 1 when the app has no such
webhook.

With --json: {done, webhook: {id, target, …}}, as list showed it.
`;

/** `callbacks webhooks delete` */
export function addDelete(webhooks: Command, host: Host): void {
  const remove = webhooks
    .command('delete')
    .summary('delete a webhook')
    .description('Delete a webhook of the app.')
    .argument('<id>', 'its id, as list shows it', nonEmpty)
    .option('--yes', 'delete it');
  addConnection(remove)
    .option('--dry-run', 'change nothing; show what would be deleted')
    .addHelpText('after', help)
    .action(async (id: string, options: DeleteOptions, command: Command) => {
      await host.run(command, (session) => deleteOne(session, id, options));
    });
}

async function deleteOne(session: Session, id: string, options: DeleteOptions): Promise<ExitCode> {
  const { terminal } = session;
  const { yes = false, dryRun = false } = options;
  if (!yes && !dryRun) {
    throw new UsageError('a deleted webhook cannot be brought back: --yes deletes it');
  }
  const webhook = await withWebhooks(session, options, async (tools) => {
    if (dryRun) return (await listWebhooks(tools)).find((one) => one.id === id);
    const result = await deleteWebhook(tools, id);
    return result.kind === 'done' ? result.webhook : undefined;
  });
  if (webhook === undefined) return reportUnknownWebhook(session, id);
  terminal.document({ done: !dryRun, webhook });
  terminal.print(`${dryRun ? 'would delete' : 'deleted'}  ${nameOf(webhook)}`);
  if (dryRun) terminal.note('dry run: nothing is changed');
  return exitCodes.ok;
}
