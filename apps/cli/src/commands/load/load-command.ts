import { isLoopback } from '@sinch-callbacks/core';
import type { Command } from 'commander';
import type { ExitCode } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import type { Host, Session } from '../../session.ts';
import { showUrl } from '../../settings/hide-secrets.ts';
import { describeOrigins, type Given, type Settings } from '../../settings/read-settings.ts';
import { requireSecret, requireUrl } from '../../settings/webhook-target.ts';
import { explainResult, printResult } from './describe-result.ts';
import { describeLoad, type LoadCommandOptions } from './load-options.ts';
import { exitCodeOf, type LoadFacts } from './load-result.ts';
import { openLoadTargets, requireNewEvents } from './load-targets.ts';
import { type LoadPlan, planLoad } from './plan-load.ts';
import { requireWritable, writeReport } from './report/html-report.ts';
import { sendAndVerify } from './send-and-verify.ts';

/** `callbacks load` */
export function addLoadCommand(program: Command, host: Host): void {
  describeLoad(program.command('load')).action(
    async (options: LoadCommandOptions, command: Command) => {
      await host.run(command, (session) => testUnderLoad(session, options));
    },
  );
}

async function testUnderLoad(session: Session, options: LoadCommandOptions): Promise<ExitCode> {
  const { terminal, io } = session;
  const settings = await session.readSettings();
  const url = requireTarget(options, settings);
  const secret = requireSecret(settings);
  const plan = planLoad(options, io.now());
  const { report } = options;
  if (report !== undefined) await requireWritable(report);
  const targets = openLoadTargets(settings, options.verify);
  try {
    const { database } = targets;
    if (database) await requireNewEvents(database, plan.draw);
    const { databaseUrl, queue } = settings;
    const origins = { address: url, secret, database: database && databaseUrl, queue };
    terminal.note(`${showUrl(url.value)} (${describeOrigins(origins)})`);
    terminal.note(`seed ${plan.draw.seed}: ${plan.schedule.count} callbacks`);
    const facts = factsOf(options, plan, url.value, io.now());
    const job = { url: url.value, secret: secret.value, plan, options, facts };
    const result = await sendAndVerify(job, targets, session);
    explainResult(result, secret.from, terminal);
    printResult(result, terminal);
    terminal.document(result);
    if (report !== undefined) await writeReport(report, result, terminal);
    return exitCodeOf(result);
  } finally {
    await targets.close();
  }
}

/**
 * @throws UsageError when there is no address, or it is another machine's and that was not meant.
 */
function requireTarget({ url, allowRemote }: LoadCommandOptions, settings: Settings) {
  const target: Given<string> = requireUrl(url, settings);
  if (allowRemote || isLoopback(new URL(target.value).hostname)) return target;
  throw new UsageError(`${showUrl(target.value)} is not this machine: --allow-remote sends there`);
}

function factsOf(
  options: LoadCommandOptions,
  { shape, draw }: LoadPlan,
  url: string,
  startedAt: Date,
): LoadFacts {
  return {
    seed: draw.seed,
    url: showUrl(url),
    startedAt,
    shape: shape.kind,
    spike: shape.kind === 'spike' ? shape.factor : undefined,
    rate: options.rate,
    durationSeconds: options.duration / 1_000,
    connections: options.connections,
    duplicates: options.duplicates,
  };
}
