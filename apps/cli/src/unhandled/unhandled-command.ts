import type { Command } from 'commander';
import type { Host } from '../session.ts';
import { listKinds } from './list-unhandled.ts';
import { type ReplayUnhandledOptions, replayUnhandled } from './replay-unhandled.ts';

const listHelp = `
Examples:
  $ callbacks unhandled list
  $ callbacks unhandled list --json | jq .kinds
`;

const replayHelp = `
What is still unknown stays as it is. Ends with 0 when everything chosen is queued.

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
      'Callbacks of a kind that this release does not know are stored and left alone. After an ' +
        'upgrade that knows them, replay them.',
    );
  unhandled
    .command('list')
    .description('Count them by the top-level key that tells their kind.')
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
    .action(async (options: ReplayUnhandledOptions, command: Command) => {
      await host.run(command, (session) => replayUnhandled(session, options));
    });
}
