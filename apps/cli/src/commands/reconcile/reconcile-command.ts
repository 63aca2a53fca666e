import {
  type KeptMessages,
  latestEnd,
  type ReconcileEnd,
  readKept,
  reconcile,
} from '@sinch-callbacks/operations';
import { openPartitionedProducer, openProducer } from '@sinch-callbacks/queue';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { moment } from '../../options/option-parsers.ts';
import { momentForms } from '../../options/parse-moment.ts';
import { endAfterFailure, type Host, reportProblem, type Session } from '../../session.ts';
import { requireQueue } from '../../settings/open-servers.ts';
import type { OpenSinch } from '../../settings/open-sinch.ts';
import { describeOrigins } from '../../settings/read-settings.ts';
import { showInstant } from '../../terminal/format.ts';
import { addConnection, type ConnectionOptions } from '../webhooks/webhook-options.ts';
import { explainKept, neverKnown } from './explain-kept.ts';
import { openReconcileReport, type ReconcileReport } from './reconcile-report.ts';

interface ReconcileOptions extends ConnectionOptions {
  readonly since: Date;
  readonly until?: Date;
  readonly check?: true;
  readonly dryRun?: true;
}

const queueTimeoutMs = 5_000;

const help = `
Asks Sinch for the messages that it keeps, and compares them with the database:
  inbound    a message from a contact whose MESSAGE_INBOUND never came: its event is queued
  submit     a message to a contact whose MESSAGE_SUBMIT never came: its event is queued. Only
             where a webhook of the app has that trigger, and else no such message is missed
  uncertain  an outbound message that Sinch did accept: its row is SENT
  unusable   a message that no event can be made of; the others go on
An event of this kind has the origin RECONCILED. If its callback comes after all, that outranks it,
and no handler runs again. So it is safe to repeat, and to run while callbacks come in.

The last 5 minutes are left out, since their callbacks may be on their way. What waits in the queue
is not in the database yet: let the worker finish first, or it is called missed here.

What nothing can find: ${neverKnown}. Sinch has no list of these.

Exits 0 when all was compared, 1 when Sinch keeps nothing, when a message is unusable, when a bound
ended it early, or with --check when anything is missing; 3 when Sinch, the database or the queue
cannot be reached. What was done before is reported then, and the same command does the rest.

With --json: {kept, since, until, findings: [{kind, messageId, …}], counts, compared, isComplete,
goOnUntil, neverKnown, dryRun, error}.

Examples:
  $ callbacks reconcile --since 6h --dry-run
  $ callbacks reconcile --since 6h
  $ callbacks reconcile --since 1d --check
`;

/** `callbacks reconcile` */
export function addReconcileCommand(program: Command, host: Host, now: () => Date): void {
  const command = program
    .command('reconcile')
    .summary('find what was missed in what Sinch keeps, and make it up')
    .description('Compare what Sinch keeps with the database, and queue what was missed.')
    .requiredOption('--since <time>', `messages since ${momentForms}`, moment(now))
    .option('--until <time>', 'and up to then (default: 5m ago)', moment(now))
    .option('--check', 'exit 1 when anything is missing; nothing is changed')
    .option('--dry-run', 'only say what is missing; nothing is changed');
  addConnection(command)
    .addHelpText('after', help)
    .action(async (options: ReconcileOptions, self: Command) => {
      await host.run(self, (session) => runReconcile(session, options));
    });
}

async function runReconcile(session: Session, options: ReconcileOptions): Promise<ExitCode> {
  const latest = latestEnd(session.io.now());
  const { since, until = latest } = options;
  const end = until < latest ? until : latest;
  if (since >= end) {
    throw new UsageError('--since must be before --until, and more than 5 minutes ago');
  }
  return await session.withSinchApi(options.timeout, async (sinch) => {
    const kept = await readKept(sinch.api, sinch.appId);
    if (kept.stores.length === 0) {
      return reportProblem(session, 'nothing-kept', explainKept(kept).join('\n'));
    }
    return await compare(session, sinch, kept, { ...options, since, until: end });
  });
}

/** A failure in the middle ends it. The report then holds what was done. */
async function compare(
  session: Session,
  sinch: OpenSinch,
  kept: KeptMessages,
  options: ReconcileOptions & { readonly until: Date },
): Promise<ExitCode> {
  const { terminal } = session;
  const { since, until, check = false } = options;
  const dryRun = check || (options.dryRun ?? false);
  const [from, to] = [showInstant(since), showInstant(until)];
  terminal.note(`messages from ${from} to ${to}; ${explainKept(kept).join('; ')}`);
  terminal.note(`not to be found: ${neverKnown}`);
  const report = openReconcileReport(terminal, dryRun);
  const facts = { kept, since, until, neverKnown, dryRun };
  let end: ReconcileEnd;
  try {
    end = await compareInto(report, session, sinch, { kept, since, until }, dryRun);
  } catch (error) {
    const before = (summary: string) => `${summary}; before this:`;
    return endAfterFailure(session, error, withFacts(report, facts), { dryRun, before });
  }
  const { isComplete, goOnUntil } = end;
  report.end({ ...facts, ...end });
  terminal.note(report.summary());
  if (!isComplete) {
    const reached =
      goOnUntil === undefined ? 'a later --since' : `--until ${goOnUntil.toISOString()}`;
    session.io.stderr.write(
      `error: there are more messages than one run compares: go on with ${reached}\n`,
    );
  }
  const isBad = !isComplete || report.count('unusable') > 0 || (check && report.total() > 0);
  return isBad ? exitCodes.failed : exitCodes.ok;
}

async function compareInto(
  report: ReconcileReport,
  session: Session,
  { api, appId, projectId }: OpenSinch,
  range: { readonly kept: KeptMessages; readonly since: Date; readonly until: Date },
  dryRun: boolean,
): Promise<ReconcileEnd> {
  const settings = await session.readSettings();
  const queue = dryRun ? undefined : requireQueue(settings);
  if (queue !== undefined) session.terminal.note(describeOrigins({ queue }));
  const producer =
    queue &&
    openPartitionedProducer(settings.queuePartitions, (partition) => {
      const location = { backend: queue.value, prefix: settings.queuePrefix };
      return openProducer({ ...location, partition, timeoutMs: queueTimeoutMs });
    });
  try {
    return await session.withDatabase(async (database) => {
      const tools = { database, api, producer };
      return await reconcile(tools, { ...range, appId, projectId }, report.found);
    });
  } finally {
    await producer?.close();
  }
}

/** The document of a run that failed has the same members as that of any other. */
function withFacts(report: ReconcileReport, facts: Readonly<Record<string, unknown>>) {
  return {
    summary: report.summary,
    end: (more: Readonly<Record<string, unknown>>) => report.end({ ...facts, ...more }),
  };
}
