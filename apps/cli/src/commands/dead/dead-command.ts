import type { Command } from 'commander';
import type { Host } from '../../session.ts';
import { addDiscard } from './discard-command.ts';
import { addGroups } from './groups-command.ts';
import { deathCauses } from './letter-options.ts';
import { addList } from './list-command.ts';
import { addReplay } from './replay-command.ts';
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
