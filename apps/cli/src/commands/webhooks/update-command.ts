import { updateWebhook, type WebhookChange } from '@sinch-callbacks/operations';
import {
  type WebhookField,
  type WebhookTrigger,
  type WebhookUpdate,
  webhookTriggers,
} from '@sinch-callbacks/sinch-api';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { nonEmpty, webAddress } from '../../options/option-parsers.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { requireTarget, secretsForTarget } from '../../settings/webhook-target.ts';
import { secretAt } from './create-command.ts';
import { nameOf } from './webhook-lines.ts';
import {
  addConnection,
  type ConnectionOptions,
  secretPosition,
  targetType,
  triggers,
} from './webhook-options.ts';

interface UpdateOptions extends ConnectionOptions {
  readonly target?: string;
  readonly type?: 'HTTP' | 'DISMISS';
  readonly trigger?: readonly WebhookTrigger[];
  readonly allTriggers?: true;
  readonly secretPosition?: number;
  readonly dryRun?: true;
}

const help = `
Only the fields that are named change. Exits 1 when the app has no such webhook.

With --json: {done, fields, webhook: {id, target, …}}, as list shows it.

Examples:
  $ callbacks webhooks update 01JD… --all-triggers
  $ callbacks webhooks update 01JD… --type DISMISS          it sends nothing
  $ callbacks webhooks update 01JD… --target https://example.com/api/sinch/webhook
`;

/** `callbacks webhooks update` */
export function addUpdate(webhooks: Command, host: Host): void {
  const update = webhooks
    .command('update')
    .summary('set single fields of a webhook')
    .description('Set fields of a webhook of the app. What is not named stays as it is.')
    .argument('<id>', 'its id, as list shows it', nonEmpty)
    .option('--target <url>', 'a new address', webAddress);
  addConnection(update)
    .addOption(targetType())
    .addOption(triggers('send these, and no others').conflicts('allTriggers'))
    .option('--all-triggers', 'send everything')
    .addOption(secretPosition())
    .option('--dry-run', 'change nothing; show what would be set')
    .addHelpText('after', help)
    .action(async (id: string, options: UpdateOptions, command: Command) => {
      await host.run(command, (session) => updateOne(session, id, options));
    });
}

async function updateOne(session: Session, id: string, options: UpdateOptions): Promise<ExitCode> {
  const { terminal } = session;
  const settings = await session.readSettings();
  return await session.withSinchApi(options.timeout, async ({ api, appId, isLocal }) => {
    if (options.target !== undefined) requireTarget(options.target, settings, isLocal);
    const tools = { api, appId, secrets: settings.secrets?.value ?? [] };
    const secretFor = (target: string, position: number) =>
      secretAt(secretsForTarget(settings, target), position);
    if (options.dryRun) {
      const { fields } = changeOf(options, '', () => '');
      terminal.document({ done: false, fields });
      terminal.print(`would set ${fields.join(', ')} of ${id}`);
      terminal.note('dry run: nothing is changed');
      return exitCodes.ok;
    }
    const result = await updateWebhook(tools, id, ({ target }) =>
      changeOf(options, target, secretFor),
    );
    if (result.kind === 'not-found') return reportUnknownWebhook(session, id);
    const { fields } = changeOf(options, '', () => '');
    terminal.document({ done: true, fields, webhook: result.webhook });
    terminal.print(`set ${fields.join(', ')}  ${nameOf(result.webhook)}`);
    return exitCodes.ok;
  });
}

/** @throws UsageError when no field is named. */
function changeOf(
  options: UpdateOptions,
  present: string,
  secretFor: (target: string, position: number) => string,
): WebhookChange {
  const { target = present, type, secretPosition: position } = options;
  const trigger = options.allTriggers ? webhookTriggers : options.trigger;
  const body: WebhookUpdate = {
    target,
    ...(type !== undefined && { target_type: type }),
    ...(trigger !== undefined && { triggers: [...trigger] }),
    ...(position !== undefined && { secret: secretFor(target, position) }),
  };
  const [first, ...rest] = settable.filter(
    (field) => field in body && (field !== 'target' || options.target !== undefined),
  );
  if (first !== undefined) return { body, fields: [first, ...rest] };
  throw new UsageError('nothing to set: name a field, such as --all-triggers');
}

const settable: readonly WebhookField[] = ['target', 'target_type', 'triggers', 'secret'];

export function reportUnknownWebhook(session: Session, id: string): ExitCode {
  return reportProblem(
    session,
    'not-found',
    `the app has no webhook ${id} (callbacks webhooks list)`,
  );
}
