import type { Command } from 'commander';
import type { Host } from '../../session.ts';
import { addGroups } from './groups-command.ts';
import { addSelection, deathCauses, type RunOptions, workOf } from './letter-options.ts';
import { addList } from './list-command.ts';
import { addReplay } from './replay-command.ts';
import { runCommand } from './run-command.ts';
import { addRunCommands } from './runs-commands.ts';
import { addShow } from './show-command.ts';

/** `callbacks dead …` */
export function addDeadCommand(program: Command, host: Host, now: () => Date): void {
  const dead = program
    .command('dead')
    .summary('list, explain, replay and discard dead letters')
    .description(
      'Dead letters are events that are not retried automatically. They are kept with ' +
        'their reason and every attempt, also after they were replayed or discarded.',
    )
    .addHelpText('after', `\nWhy events are given up:\n${causeLines().join('\n')}\n`);
  addGroups(dead, host, now);
  addList(dead, host, now);
  addShow(dead, host);
  addReplay(dead, host, now);
  addDiscard(dead, host, now);
  addRunCommands(dead, host);
}

function causeLines(): string[] {
  return Object.entries(deathCauses).map(([cause, text]) => `  ${cause.padEnd(20)}${text}`);
}

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
function addDiscard(dead: Command, host: Host, now: () => Date): void {
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
