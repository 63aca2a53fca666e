import type { Command } from 'commander';
import type { Host } from '../../session.ts';
import { addCreate } from './create-command.ts';
import { addDelete } from './delete-command.ts';
import { addList } from './list-command.ts';
import { addRotate } from './rotate-command.ts';
import { addSync } from './sync-command.ts';
import { addUpdate } from './update-command.ts';

const help = `
The app is that of SINCH_APP_ID; SINCH_REGION, SINCH_PROJECT_ID, SINCH_ACCESS_KEY_ID and
SINCH_ACCESS_SECRET give access to it. Secrets are those of SINCH_WEBHOOK_SECRET, by their position
in it, from 0 on. No secret is ever an argument, and none is ever shown: Sinch returns them in the
clear, and they are only compared. Of a target, login and query are not shown.
`;

/** `callbacks webhooks …` */
export function addWebhooksCommand(program: Command, host: Host): void {
  const webhooks = program
    .command('webhooks')
    .summary('the webhooks of your app at Sinch: register, compare, change the secret')
    .description('Where Sinch sends the callbacks of your app. An app has five webhooks at most.')
    .addHelpText('after', help);
  addSync(webhooks, host);
  addList(webhooks, host);
  addRotate(webhooks, host);
  addCreate(webhooks, host);
  addUpdate(webhooks, host);
  addDelete(webhooks, host);
}
