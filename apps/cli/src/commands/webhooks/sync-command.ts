import {
  planWebhookSync,
  type SyncPlan,
  type SyncResult,
  showTarget,
  syncWebhook,
} from '@sinch-callbacks/operations';
import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Host, Session } from '../../session.ts';
import { reportNoEffect, reportNotReady, reportRefusal } from './report-refusal.ts';
import { describeDifference, nameOf } from './webhook-lines.ts';
import { addConnection, addTarget } from './webhook-options.ts';
import { type TargetOptions, withTarget } from './with-webhooks.ts';

interface SyncCommandOptions extends TargetOptions {
  readonly check?: true;
  readonly dryRun?: true;
  readonly skipHealth?: true;
}

const help = `
As it should be: target type HTTP, every trigger, and the first secret of SINCH_WEBHOOK_SECRET. It
is found by its target; when it is not there, it is created. What differs is set, and nothing else.
Other webhooks are never touched. It can be repeated: a second sync says "nothing to do".

Before a change, /api/health beside the target has to answer 200. To replace a secret that is in
use, callbacks webhooks rotate also checks that the receivers hold the new one.

Exits 0 when it is as it should be, or --dry-run shows what would be done. Exits 1 when --check
finds a difference, and when nothing could be done: five webhooks are taken, or ingest is not well.

With --json: {action, done, webhook: {id, target, targetType, triggers, missingTriggers, secret:
{kind, position}}, differences: [{field, …}]}. "action" is create, patch or nothing; a webhook that
is still to be created has no facts.

Examples:
  $ callbacks webhooks sync --target https://example.com/api/sinch/webhook --dry-run
  $ callbacks webhooks sync --target https://example.com/api/sinch/webhook
  $ callbacks webhooks sync --check            in a cron job: exits 1 when it was changed at Sinch
`;

/** `callbacks webhooks sync` */
export function addSync(webhooks: Command, host: Host): void {
  const sync = webhooks
    .command('sync')
    .summary('make the webhook as it should be; --check only compares')
    .description('Create the webhook with our target at Sinch, or set exactly what differs.');
  addConnection(addTarget(sync))
    .addOption(new Option('--check', 'change nothing; exit 1 when it differs').conflicts('dryRun'))
    .option('--dry-run', 'change nothing; show what would be done')
    .option('--skip-health', "change it although ingest's health page does not answer 200")
    .addHelpText('after', help)
    .action(async (options: SyncCommandOptions, command: Command) => {
      await host.run(command, (session) => syncOrCompare(session, options));
    });
}

async function syncOrCompare(session: Session, options: SyncCommandOptions): Promise<ExitCode> {
  const { check = false, dryRun = false, skipHealth = false } = options;
  return await withTarget(session, options, async ({ tools, wanted }) => {
    const shown = showTarget(wanted.target);
    if (check || dryRun) {
      return reportPlan(session, await planWebhookSync(tools, wanted), shown, check);
    }
    return reportResult(session, await syncWebhook(tools, wanted, { skipHealth }), shown);
  });
}

function reportPlan(session: Session, plan: SyncPlan, target: string, isCheck: boolean): ExitCode {
  const { terminal } = session;
  switch (plan.kind) {
    case 'refused':
      return reportRefusal(session, plan.reason);
    case 'nothing':
      return reportResult(session, plan, target);
    case 'create':
      terminal.document({ action: 'create', done: false, differences: [] });
      terminal.print(`would create  ${target}`);
      break;
    case 'patch':
      terminal.document({
        action: 'patch',
        done: false,
        webhook: plan.webhook,
        differences: plan.differences,
      });
      terminal.print(`would set  ${nameOf(plan.webhook)}`);
      for (const one of plan.differences) terminal.print(`  ${describeDifference(one)}`);
      break;
  }
  if (!isCheck) {
    terminal.note('dry run: nothing is changed');
    return exitCodes.ok;
  }
  terminal.note('it differs: callbacks webhooks sync sets it');
  return exitCodes.failed;
}

function reportResult(session: Session, result: SyncResult, target: string): ExitCode {
  const { terminal } = session;
  switch (result.kind) {
    case 'refused':
      return reportRefusal(session, result.reason);
    case 'not-ready':
      return reportNotReady(session, new URL(target).origin, result.health);
    case 'no-effect':
      return reportNoEffect(session);
    case 'nothing':
      terminal.document({
        action: 'nothing',
        done: true,
        webhook: result.webhook,
        differences: [],
      });
      terminal.print(`nothing to do  ${nameOf(result.webhook)}`);
      return exitCodes.ok;
    case 'created':
      terminal.document({ action: 'create', done: true, webhook: result.webhook, differences: [] });
      terminal.print(`created  ${nameOf(result.webhook)}`);
      return exitCodes.ok;
    case 'patched': {
      const { webhook, differences } = result;
      terminal.document({ action: 'patch', done: true, webhook, differences });
      terminal.print(`set  ${nameOf(webhook)}`);
      for (const one of differences) terminal.print(`  was: ${describeDifference(one)}`);
      return exitCodes.ok;
    }
  }
}
