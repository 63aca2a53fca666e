import { type Command, Option } from 'commander';
import { wholeNumber } from '../options/option-parsers.ts';
import type { Host } from '../session.ts';
import { actOnLetters } from './act-on-letters.ts';
import { discardAction } from './discard-letter.ts';
import { addFilterOptions } from './filter-options.ts';
import { replayAction } from './replay-letter.ts';
import { type SelectionOptions, selectLetters } from './select-letters.ts';

interface ReplayOptions extends SelectionOptions {
  readonly wait?: number;
}

const defaultWaitSeconds = 60;
const maxWaitSeconds = 24 * 3600;

const replayHelp = `
Choose by event keys, or by filters, or all with --all. What is resolved meanwhile is skipped.
Cut off in the middle, run the same command again: an event is never applied twice.

Ends with 0 when everything chosen was replayed or needed no replay (with --wait: was applied),
with 1 when a key is not found, or with --wait something died again or took too long.

With --json: {letters: [{eventKey, outcome, …}], waited: [{eventKey, outcome}], counts, dryRun,
error}, also when it was cut off by a failure.

Examples:
  $ callbacks dead replay --error-class attempts-exhausted --since 2026-11-23T06:00 --dry-run
  $ callbacks dead replay --error-class attempts-exhausted --since 2026-11-23T06:00 --wait
  $ callbacks dead replay MESSAGE_DELIVERY.01JD….9f86d0… --wait 10
  $ callbacks dead replay --all
`;

/** `callbacks dead replay` */
export function addReplay(dead: Command, host: Host, now: () => Date): void {
  const wait = new Option(
    '--wait [seconds]',
    `wait until they are applied or dead again (at most ${defaultWaitSeconds} s if not said)`,
  );
  const replay = dead
    .command('replay')
    .summary('put dead letters back on the queue')
    .description('Put dead letters back on the queue, on the lane for replays.');
  addSelection(replay, now)
    .addOption(wait.preset(String(defaultWaitSeconds)).argParser(wholeNumber(1, maxWaitSeconds)))
    .addHelpText('after', replayHelp)
    .action(async (keys: readonly string[], options: ReplayOptions, command: Command) => {
      const selection = selectLetters(keys, options);
      await host.run(command, (session) =>
        actOnLetters(session, {
          selection,
          dryRun: options.dryRun && 'would-replay',
          waitSeconds: options.wait,
          action: (database, lane) => replayAction(database, lane, now),
        }),
      );
    });
}

const discardHelp = `
Choose by event keys, or by filters, or all with --all. A discarded event is never applied; it
and its reason stay stored.

Ends with 0 when everything chosen is closed, with 1 when a key is not found.

With --json: {letters: [{eventKey, outcome, …}], counts, dryRun, error}.

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
    .action(async (keys: readonly string[], options: SelectionOptions, command: Command) => {
      const selection = selectLetters(keys, options);
      await host.run(command, (session) =>
        actOnLetters(session, {
          selection,
          dryRun: options.dryRun && 'would-discard',
          action: (database, lane) => discardAction(database, lane, now),
        }),
      );
    });
}

function addSelection(command: Command, now: () => Date): Command {
  command.argument('[keys...]', 'event keys');
  return addFilterOptions(command, now)
    .option('--all', 'every open dead letter; needed when nothing else is chosen')
    .option('--dry-run', 'only say which and how many; nothing is changed');
}
