import type { Command } from 'commander';
import type { Host } from '../../session.ts';
import { addSelection, type RunOptions, workOf } from './letter-options.ts';
import { runCommand } from './run-command.ts';

const discardHelp = `
Choose by event keys, or by filters, or all with --all. A discarded event is not tried again; it
and its reason stay stored. Should Sinch send it once more, and it can be applied then, it is.

Exits 0 when everything chosen is closed, and 1 when a key is not found.

With --json: {letters: [{eventKey, outcome, …}], counts, dryRun, run: {id, state}, error}.

Examples:
  $ callbacks dead discard --trigger UNREADABLE --until 7d --dry-run
  $ callbacks dead discard UNREADABLE.-.9f86d0…
`;

/** `callbacks dead discard` */
export function addDiscard(dead: Command, host: Host, now: () => Date): void {
  const discard = dead
    .command('discard')
    .summary('close dead letters for good')
    .description('Close dead letters for good: they will not be applied.');
  addSelection(discard, now)
    .addHelpText('after', discardHelp)
    .action(async (keys: readonly string[], options: RunOptions, command: Command) => {
      const work = workOf('DISCARD', keys, options);
      await host.run(command, (session) => runCommand(session, work));
    });
}
