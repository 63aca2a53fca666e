import { recheckAll } from '@sinch-callbacks/operations';
import { openPartitionedProducer, openProducer } from '@sinch-callbacks/queue';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { endAfterFailure, type Session } from '../../session.ts';
import { requireQueue, withRejected } from '../../settings/open-servers.ts';
import { describeOrigins, type Given, type Settings } from '../../settings/read-settings.ts';
import { openRecheckReport, type RecheckReport } from './recheck-report.ts';

export interface RecheckOptions {
  readonly dryRun?: true;
}

const timeoutMs = 5_000;

/** `callbacks rejected recheck`. A failure in the middle ends it; the report holds what was done. */
export async function recheckRejected(
  session: Session,
  options: RecheckOptions,
): Promise<ExitCode> {
  const { terminal } = session;
  const dryRun = options.dryRun ?? false;
  const settings = await session.readSettings();
  const secrets = requireSecrets(settings);
  const queue = requireQueue(settings);
  terminal.note(describeOrigins({ queue, secrets }));

  const report = openRecheckReport(terminal, dryRun);
  try {
    await recheckInto(report, settings, secrets.value, dryRun);
  } catch (error) {
    const before = (summary: string) => `${summary}; before this:`;
    return endAfterFailure(session, error, report, { dryRun, before });
  }
  report.end({ dryRun });
  terminal.note(report.summary());
  return exitCodes.ok;
}

async function recheckInto(
  report: RecheckReport,
  settings: Settings,
  secrets: readonly string[],
  dryRun: boolean,
): Promise<void> {
  const location = { backend: requireQueue(settings).value, prefix: settings.queuePrefix };
  const open = (partition: number) => openProducer({ ...location, partition, timeoutMs });
  const producer = dryRun ? undefined : openPartitionedProducer(settings.queuePartitions, open);
  try {
    await withRejected(settings, async (store) => {
      for await (const [kept, rechecked] of recheckAll({ store, secrets, producer })) {
        report.rechecked(kept, rechecked);
      }
    });
  } finally {
    await producer?.close();
  }
}

function requireSecrets({ secrets }: Settings): Given<readonly string[]> {
  if (secrets) return secrets;
  throw new UsageError(
    'no secret to verify with: set SINCH_WEBHOOK_SECRET, or let `npm start` run',
  );
}
