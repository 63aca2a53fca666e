import type { RunAction } from '@sinch-callbacks/db';
import type { Command } from 'commander';
import type { Host } from '../session.ts';
import { actOnLetters, type LetterWork } from './act-on-letters.ts';
import { addFilterOptions } from './filter-options.ts';
import { type SelectionOptions, selectLetters } from './select-letters.ts';
import { addWait, type WaitOptions } from './wait-option.ts';

interface ActingOptions extends SelectionOptions {
  readonly as?: string;
}

const replayHelp = `
Choose by event keys (or what begins one, or the digits at its end), or by filters, or all with
--all. What is resolved meanwhile is skipped,
and what is on the queue already is not queued twice. Workers take 50 a second at most.

It says its number: dead cancel <n> stops it, also from elsewhere, and dead resume <n> goes on
after that, or when it was cut off. An event is never applied twice.

Ends with 0 when everything chosen was replayed or needed no replay (with --wait: was applied),
with 1 when a key is not found, or with --wait something died again or took too long.

With --json: {letters: [{eventKey, outcome, …}], waited: [{eventKey, outcome}], counts, dryRun,
run: {id, state}, error}, also when it was cut off by a failure.

Examples:
  $ callbacks dead replay --error-class attempts-exhausted --since 2026-11-23T06:00 --dry-run
  $ callbacks dead replay --error-class attempts-exhausted --since 2026-11-23T06:00 --wait
  $ callbacks dead replay --fingerprint 9f86d081884c --app 01JD… --wait
  $ callbacks dead replay MESSAGE_DELIVERY.01JD….9f86d0… --wait 10
  $ callbacks dead replay --all
`;

/** `callbacks dead replay` */
export function addReplay(dead: Command, host: Host, now: () => Date): void {
  const replay = dead
    .command('replay')
    .summary('put dead letters back on the queue')
    .description('Put dead letters back on the queue, on the lane for replays.');
  addWait(addSelection(replay, now))
    .addHelpText('after', replayHelp)
    .action(
      async (keys: readonly string[], options: ActingOptions & WaitOptions, command: Command) => {
        const begin = beginningOf('REPLAY', keys, options);
        const work = { begin, waitSeconds: options.wait };
        await host.run(command, (session) => actOnLetters(session, work));
      },
    );
}

const discardHelp = `
Choose by event keys, or by filters, or all with --all. A discarded event is not tried again; it
and its reason stay stored. Should Sinch send it once more, and it can be applied then, it is.

Ends with 0 when everything chosen is closed, with 1 when a key is not found.

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
    .action(async (keys: readonly string[], options: ActingOptions, command: Command) => {
      const begin = beginningOf('DISCARD', keys, options);
      await host.run(command, (session) => actOnLetters(session, { begin }));
    });
}

function addSelection(command: Command, now: () => Date): Command {
  command.argument('[keys...]', 'event keys, or their beginnings');
  return addFilterOptions(command, now)
    .option('--all', 'every open dead letter; needed when nothing else is chosen')
    .option('--as <name>', 'who you are, for the audit (user@host if not said)')
    .option('--dry-run', 'only say which and how many; nothing is changed');
}

function beginningOf(
  action: RunAction,
  keys: readonly string[],
  options: ActingOptions,
): LetterWork['begin'] {
  const selection = selectLetters(keys, options);
  return options.dryRun
    ? { kind: 'dry-run', action, selection }
    : { kind: 'new', action, selection, operator: options.as };
}
