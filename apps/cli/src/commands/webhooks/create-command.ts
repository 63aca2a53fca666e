import {
  createWebhook,
  isPlaceholderSecret,
  maxWebhooks,
  showTarget,
} from '@sinch-callbacks/operations';
import { type WebhookTrigger, webhookTriggers } from '@sinch-callbacks/sinch-api';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { reportFull } from './report-refusal.ts';
import { nameOf } from './webhook-lines.ts';
import {
  addConnection,
  addTarget,
  secretPosition,
  targetType,
  triggers,
} from './webhook-options.ts';
import { type TargetOptions, withTarget } from './with-webhooks.ts';

interface CreateOptions extends TargetOptions {
  readonly type: 'HTTP' | 'DISMISS';
  readonly trigger?: readonly WebhookTrigger[];
  readonly secretPosition: number;
  readonly dryRun?: true;
}

const help = `
For the webhook of this system, sync is simpler, and can be repeated. Exits 1 when a webhook has
this target, or the app has ${maxWebhooks} webhooks.

With --json: {done, webhook: {id, target, …}}, as list shows it.

Examples:
  $ callbacks webhooks create --target https://example.com/hook --trigger OPT_IN OPT_OUT
`;

/** `callbacks webhooks create` */
export function addCreate(webhooks: Command, host: Host): void {
  const create = webhooks
    .command('create')
    .summary('create a webhook with your own choice of triggers')
    .description('Create a webhook. It gets a secret of SINCH_WEBHOOK_SECRET.');
  addConnection(addTarget(create))
    .addOption(targetType().default('HTTP'))
    .addOption(triggers('what it sends (default: everything)'))
    .addOption(secretPosition().default(0))
    .option('--dry-run', 'change nothing; show what would be created')
    .addHelpText('after', help)
    .action(async (options: CreateOptions, command: Command) => {
      await host.run(command, (session) => createOne(session, options));
    });
}

async function createOne(session: Session, options: CreateOptions): Promise<ExitCode> {
  const { terminal } = session;
  const { type, trigger = webhookTriggers, dryRun = false } = options;
  return await withTarget(session, options, async ({ tools, wanted: { target, secrets } }) => {
    const secret = secretAt(secrets, options.secretPosition);
    if (dryRun) {
      const webhook = { target: showTarget(target), targetType: type, triggers: trigger };
      terminal.document({ done: false, webhook });
      terminal.print(`would create  ${webhook.target}`);
      terminal.note('dry run: nothing is changed');
      return exitCodes.ok;
    }
    const created = { target, targetType: type, triggers: trigger, secret };
    const result = await createWebhook(tools, created);
    switch (result.kind) {
      case 'full':
        return reportFull(session, result.webhooks);
      case 'exists':
        return reportProblem(
          session,
          'exists',
          `${nameOf(result.webhook)} has this target already`,
        );
      case 'created':
        terminal.document({ done: true, webhook: result.webhook });
        terminal.print(`created  ${nameOf(result.webhook)}`);
        return exitCodes.ok;
    }
  });
}

/** @throws UsageError where there is no such secret. */
export function secretAt(secrets: readonly string[], position: number): string {
  const secret = secrets[position];
  if (secret !== undefined && !isPlaceholderSecret(secret)) return secret;
  if (secret !== undefined) {
    throw new UsageError('SINCH_WEBHOOK_SECRET still holds the placeholder of .env.example');
  }
  throw new UsageError(`SINCH_WEBHOOK_SECRET has no secret at position ${position}`);
}
