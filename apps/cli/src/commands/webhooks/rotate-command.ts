import {
  planSecretRotation,
  probeSecrets,
  type RotationPlan,
  rotateSecret,
  type SecretProbe,
  type WantedWebhook,
} from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { reportNoEffect, reportRefusal } from './report-refusal.ts';
import { nameOf } from './webhook-lines.ts';
import { addConnection, addTarget } from './webhook-options.ts';
import { type TargetOptions, type TargetTools, withTarget } from './with-webhooks.ts';

interface RotateOptions extends TargetOptions {
  readonly receiversReady?: boolean;
  readonly dryRun?: boolean;
}

const help = `
The order, in which no callback is lost:
  1. SINCH_WEBHOOK_SECRET=new,old where ingest runs, and in this shell; restart ingest.
  2. callbacks webhooks rotate.
  3. A day after the last callback with "secretPosition":1, SINCH_WEBHOOK_SECRET=new everywhere.

What ingest answers with 401, Sinch never sends again. So before it changes anything, this command
sends a callback that was applied in the last week to the target again, some times, signed with the
new secret and with the old one: a known callback changes nothing, and only a receiver that holds
the secret answers 200. It needs DATABASE_URL. It proves nothing of an instance that none of these
requests reached. Where there is no such callback, or no database at hand, --receivers-ready is your
word that every receiver holds the new secret: no other request shows it without making an event.

Exits 0 when the first secret signs, and 1 when nothing was changed.

With --json: {action, done, webhook: {id, target, …}, from}, where "from" is the position of the
secret that signed before. "action" is patch or nothing.
`;

/** `callbacks webhooks rotate` */
export function addRotate(webhooks: Command, host: Host): void {
  const rotate = webhooks
    .command('rotate')
    .summary('change the secret at Sinch, once the receivers hold the new one')
    .description('Set the first secret of SINCH_WEBHOOK_SECRET at Sinch, in place of a later one.');
  addConnection(addTarget(rotate))
    .option('--receivers-ready', 'do not probe: every receiver holds the new secret already')
    .option('--dry-run', 'change nothing, and probe nothing; show what would be done')
    .addHelpText('after', help)
    .action(async (options: RotateOptions, command: Command) => {
      await host.run(command, (session) =>
        withTarget(session, options, (target) => rotateOne(session, options, target)),
      );
    });
}

async function rotateOne(
  session: Session,
  { receiversReady = false, dryRun = false }: RotateOptions,
  { tools, wanted }: TargetTools,
): Promise<ExitCode> {
  const { terminal } = session;
  const plan = await planSecretRotation(tools, wanted);
  if (plan.kind !== 'patch') return reportUnchanged(session, plan);
  const { webhook, position: from } = plan;
  if (dryRun) {
    terminal.document({ action: 'patch', done: false, webhook, from });
    terminal.print(`would set the secret  ${nameOf(webhook)}`);
    terminal.note('dry run: nothing is changed');
    return exitCodes.ok;
  }
  if (!receiversReady) {
    const probed = await probe(session, wanted, from);
    if (probed.kind !== 'accepted') return reportProbe(session, probed);
    terminal.note(
      `the receivers answered ${probed.probes} probes with 200: they hold both secrets`,
    );
  }
  const result = await rotateSecret(tools, wanted);
  if (result.kind === 'no-effect') return reportNoEffect(session);
  if (result.kind !== 'rotated') return reportUnchanged(session, result);
  terminal.document({ action: 'patch', done: true, webhook: result.webhook, from });
  terminal.print(`the first secret signs now  ${nameOf(result.webhook)}`);
  terminal.note(
    `keep the secret of position ${from} at the receivers for a day: Sinch may still retry what it ` +
      'signed',
  );
  return exitCodes.ok;
}

function reportUnchanged(
  session: Session,
  plan: Exclude<RotationPlan, { readonly kind: 'patch' }>,
): ExitCode {
  if (plan.kind === 'refused') return reportRefusal(session, plan.reason);
  session.terminal.document({ action: 'nothing', done: true, webhook: plan.webhook });
  session.terminal.print(`nothing to do: the first secret signs  ${nameOf(plan.webhook)}`);
  return exitCodes.ok;
}

/** @throws UsageError where there is no database to take a callback from. */
async function probe(
  session: Session,
  { target, secrets }: WantedWebhook,
  from: number,
): Promise<SecretProbe> {
  const { databaseUrl } = await session.readSettings();
  if (databaseUrl === undefined) {
    throw new UsageError(
      'no DATABASE_URL to take a callback from that could probe the receivers: set it, or say ' +
        '--receivers-ready when every receiver holds the new secret',
    );
  }
  return await session.withDatabase((database) =>
    probeSecrets(database, { target, secrets, positions: [0, from], now: session.io.now() }),
  );
}

function reportProbe(
  session: Session,
  probed: Exclude<SecretProbe, { readonly kind: 'accepted' }>,
): ExitCode {
  const code = 'receivers-not-ready';
  switch (probed.kind) {
    case 'refused':
      return reportProblem(
        session,
        code,
        `a receiver answers 401 to the secret of position ${probed.position}: set ` +
          'SINCH_WEBHOOK_SECRET=new,old where ingest runs, and restart it. Nothing was changed at ' +
          'Sinch. The probe is in callbacks rejected list; a recheck of it changes nothing',
      );
    case 'unexpected':
      return reportProblem(
        session,
        code,
        `the target answers ${probed.status}, not 200 or 401. Nothing was changed`,
      );
    case 'unanswered':
      return reportProblem(
        session,
        code,
        `the target does not answer: ${probed.reason}. Nothing was changed`,
      );
    case 'nothing-stored':
      return reportProblem(
        session,
        code,
        'no callback of the last week is stored that could probe the receivers: say ' +
          '--receivers-ready when every receiver holds the new secret',
      );
  }
}
