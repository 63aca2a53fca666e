import { type Rechecked, recheckAll } from '@sinch-callbacks/operations';
import { type KeptCallback, openPartitionedProducer, openProducer } from '@sinch-callbacks/queue';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { endAfterFailure, type Host, type Session } from '../../session.ts';
import { requireQueue, withRejected } from '../../settings/open-servers.ts';
import { describeOrigins, type Given, type Settings } from '../../settings/read-settings.ts';
import { counted, oneLine, showInstant } from '../../terminal/format.ts';
import { openJsonReport } from '../../terminal/json-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';

interface RecheckOptions {
  readonly dryRun?: true;
}

const timeoutMs = 5_000;

const recheckHelp = `
Verifies the signature alone, with every secret in SINCH_WEBHOOK_SECRET: the age of these callbacks
is not checked. What passes is queued as if it had just come and leaves the store; the rest stays.
If it is cut off in the middle, run it again: no event is applied twice.

Exits 0 when it came through, whatever still does not pass.

With --json: {callbacks: [{id, receivedAt, outcome, eventKey or cause}], counts, dryRun, error},
also when it was cut off by a failure.

Examples:
  $ callbacks rejected recheck --dry-run
  $ callbacks rejected recheck
`;

/** `callbacks rejected recheck` */
export function addRecheck(rejected: Command, host: Host): void {
  rejected
    .command('recheck')
    .summary("verify them again with today's secrets, and queue those that pass")
    .description("Verify rejected callbacks again with today's secrets; queue those that pass.")
    .option('--dry-run', 'only say which would be queued; nothing is changed')
    .addHelpText('after', recheckHelp)
    .action(async (options: RecheckOptions, command: Command) => {
      await host.run(command, (session) => recheckRejected(session, options));
    });
}

/** A failure in the middle ends it. The report then holds what was done. */
async function recheckRejected(session: Session, options: RecheckOptions): Promise<ExitCode> {
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

/** A report of the results, callback by callback. */
interface RecheckReport {
  rechecked(kept: KeptCallback, as: Rechecked): void;
  /** @param facts further members of the JSON document. */
  end(facts: Readonly<Record<string, unknown>>): void;
  /** Returns all counts in one line. */
  summary(): string;
}

type Kind = Rechecked['kind'];

/** The colour of each result, and its phrase in the last line. */
const kinds: Readonly<
  Record<Kind, { readonly style: Parameters<Terminal['paint']>[0]; readonly phrase: string }>
> = {
  queued: { style: 'green', phrase: 'queued' },
  'would-queue': { style: 'cyan', phrase: 'would be queued' },
  'still-rejected': { style: 'yellow', phrase: 'still rejected' },
  'without-body': { style: 'red', phrase: 'kept without the body' },
};

const width = 'still-rejected'.length;

/** Every line of a dry run is marked: a reader may see only some of them. */
function openRecheckReport(terminal: Terminal, isDryRun: boolean): RecheckReport {
  const json = openJsonReport(terminal);
  const counts = new Map<Kind, number>();
  const mark = isDryRun ? ['dry run'] : [];
  json.beginList('callbacks');
  return {
    rechecked({ id, receivedAt }, { kind, ...facts }) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      json.item({ id, receivedAt, outcome: kind, ...facts, ...(isDryRun && { dryRun: true }) });
      const detail = Object.values(facts).map((fact) => oneLine(fact));
      const painted = terminal.paint(kinds[kind].style, kind.padEnd(width));
      terminal.print([...mark, painted, showInstant(receivedAt), id, ...detail].join('  '));
    },
    end: (facts) => json.end({ counts: Object.fromEntries(counts), ...facts }),
    summary() {
      const phrases = [...counts].map(
        ([kind, count]) => `${counted(count, 'callback')} ${kinds[kind].phrase}`,
      );
      const text = phrases.length === 0 ? 'no rejected callback is kept' : phrases.join(', ');
      return isDryRun ? `dry run, nothing is queued and nothing is changed: ${text}` : text;
    },
  };
}
