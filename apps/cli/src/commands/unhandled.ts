import { countUnhandled, type UnhandledGroup } from '@sinch-callbacks/db';
import { replayUnhandled } from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import type { Host, Session } from '../session.ts';
import { counted, oneLine, showInstant, tableLines } from '../terminal/format.ts';

interface ReplayOptions {
  readonly topLevelKey?: string;
  readonly all?: true;
  readonly dryRun?: true;
}

const listHelp = `
Examples:
  $ callbacks unhandled list
  $ callbacks unhandled list --json | jq .kinds
`;

const replayHelp = `
What is still unknown stays as it is. Exits 0 when everything chosen is queued.

Examples:
  $ callbacks unhandled replay --top-level-key brand_new_notification --dry-run
  $ callbacks unhandled replay --all
`;

/** `callbacks unhandled …` */
export function addUnhandledCommand(program: Command, host: Host): void {
  const unhandled = program
    .command('unhandled')
    .summary('count and replay events of kinds that were unknown')
    .description(
      'Callbacks of a kind that this release does not support are stored and left alone. After ' +
        'an upgrade that supports them, replay them.',
    );
  unhandled
    .command('list')
    .description('Count them by the top-level key that names their kind.')
    .addHelpText('after', listHelp)
    .action(async (_options: object, command: Command) => {
      await host.run(command, listKinds);
    });
  unhandled
    .command('replay')
    .description('Put them on the replay lane.')
    .option('--top-level-key <key>', 'only those of this kind')
    .option('--all', 'all of them')
    .option('--dry-run', 'only say how many; nothing is changed')
    .addHelpText('after', replayHelp)
    .action(async (options: ReplayOptions, command: Command) => {
      await host.run(command, (session) => replay(session, options));
    });
}

async function listKinds(session: Session): Promise<ExitCode> {
  const { terminal } = session;
  const kinds = await session.withDatabase(countUnhandled);
  terminal.document({ kinds });
  if (kinds.length > 0) for (const line of kindTable(kinds)) terminal.print(line);
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  terminal.note(`${counted(total, 'unhandled event')}`);
  return exitCodes.ok;
}

function kindTable(kinds: readonly UnhandledGroup[]): string[] {
  const rows = kinds.map(({ topLevelKeys, count, firstReceivedAt, lastReceivedAt }) => [
    String(count),
    showInstant(firstReceivedAt),
    showInstant(lastReceivedAt),
    oneLine(topLevelKeys ?? '(none)'),
  ]);
  return tableLines(['EVENTS', 'FIRST', 'LAST', 'TOP-LEVEL KEY'], rows);
}

async function replay(session: Session, options: ReplayOptions): Promise<ExitCode> {
  const { topLevelKey, all, dryRun = false } = options;
  if (topLevelKey === undefined && !all) {
    throw new UsageError('say which: --top-level-key <key>, or --all');
  }
  const { terminal, io } = session;
  const replayed = await session.withLetterTools(({ database, lane }) =>
    replayUnhandled({
      database,
      lane: dryRun ? undefined : lane,
      topLevelKey,
      now: io.now(),
    }),
  );
  terminal.document({ dryRun, replayed });
  terminal.note(`${counted(replayed, 'event')} ${dryRun ? 'would be replayed' : 'replayed'}`);
  return exitCodes.ok;
}
