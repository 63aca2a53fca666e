import type { Command } from 'commander';
import { eventKeyText, wholeNumber } from '../options/option-parsers.ts';
import type { Host } from '../session.ts';
import { addDiscard, addReplay } from './acting-commands.ts';
import { deathCauses } from './death-causes.ts';
import { addFilterOptions } from './filter-options.ts';
import { type GroupOptions, listGroups } from './list-groups.ts';
import { type ListOptions, listLetters } from './list-letters.ts';
import { addRunCommands } from './runs-commands.ts';
import { type ShowOptions, showLetter } from './show-letter.ts';

const maxPage = 10_000;
const defaultPage = 50;

/** `callbacks dead …` */
export function addDeadCommand(program: Command, host: Host, now: () => Date): void {
  const dead = program
    .command('dead')
    .summary('list, explain, replay and discard dead letters')
    .description(
      'Dead letters are events that will not be tried again by themselves. They are kept with ' +
        'their reason and every attempt, also after they were replayed or discarded.',
    )
    .addHelpText('after', `\nWhy events are given up:\n${causeLines().join('\n')}\n`);
  addGroups(dead, host, now);
  addList(dead, host, now);
  addShow(dead, host);
  addReplay(dead, host, now);
  addDiscard(dead, host, now);
  addRunCommands(dead, host, now);
}

function causeLines(): string[] {
  return Object.entries(deathCauses).map(([cause, text]) => `  ${cause.padEnd(20)}${text}`);
}

const groupsHelp = `
Letters of one app with the same error, whatever ids, numbers and quoted values are in it, are one
group. An app is known where the body names it, whether it could be applied or not.

With --json: {groups: [{fingerprint, appId, count, firstDeadAt, lastDeadAt, triggers, exampleKey,
errorClass, errorMessage}]}.

Examples:
  $ callbacks dead groups --since 2h
  $ callbacks dead replay --fingerprint 9f86d081884c --app 01JD… --dry-run
`;

function addGroups(dead: Command, host: Host, now: () => Date): void {
  const groups = dead
    .command('groups')
    .summary('what dead letters died of, the most frequent error first')
    .description('Count open dead letters by their error, the most frequent first.');
  addFilterOptions(groups, now)
    .option('--resolved', 'also those that were applied or discarded since')
    .option('--limit <n>', 'how many groups', wholeNumber(1, maxPage), defaultPage)
    .addHelpText('after', groupsHelp)
    .action(async (options: GroupOptions, command: Command) => {
      await host.run(command, (session) => listGroups(session, options));
    });
}

const listHelp = `
Nothing of a body is shown. Ends with 0 whether there are dead letters or not.

With --json: {total, letters: [{eventKey, trigger, appId, errorClass, errorMessage, attempts, replays,
fingerprint, firstFailedAt, deadAt, …}], next}, where next is what --after takes, or null.

Examples:
  $ callbacks dead list --since 2h
  $ callbacks dead list --trigger MESSAGE_DELIVERY --error-class attempts-exhausted
  $ callbacks dead list --json | jq --raw-output '.letters[].eventKey'
`;

function addList(dead: Command, host: Host, now: () => Date): void {
  const list = dead
    .command('list')
    .summary('list dead letters')
    .description('List dead letters, by the digits at the end of their keys, a page at a time.');
  addFilterOptions(list, now)
    .option('--resolved', 'also those that were applied or discarded since')
    .option('--limit <n>', 'how many', wholeNumber(1, maxPage), defaultPage)
    .option('--after <key>', 'the page after this event key', eventKeyText)
    .addHelpText('after', listHelp)
    .action(async (options: ListOptions, command: Command) => {
      await host.run(command, (session) => listLetters(session, options));
    });
}

const showHelp = `
The beginning of a key, or of the 32 digits at its end, will do where only one begins so. Exits 1
when none does, or several.

Examples:
  $ callbacks dead show MESSAGE_DELIVERY.01JD….9f86d0…
  $ callbacks dead show 9f86d0
  $ callbacks dead show MESSAGE_DELIVERY.01JD….9f86d0… --json --body | jq --raw-output .event.rawBody.text
`;

function addShow(dead: Command, host: Host): void {
  dead
    .command('show')
    .summary('show one dead letter with its attempts')
    .description('Show why an event was given up: its reason, every attempt, and its facts.')
    .argument('<key>', 'its event key, or the beginning of it or of its digits')
    .option('--body', 'show the body too; it holds personal data')
    .addHelpText('after', showHelp)
    .action(async (key: string, options: ShowOptions, command: Command) => {
      await host.run(command, (session) => showLetter(session, key, options));
    });
}
