import type { Command } from 'commander';
import type { Host } from '../../session.ts';
import { addGroups } from './groups-command.ts';
import { addSelection, deathCauses, type RunOptions, workOf } from './letter-options.ts';
import { addList } from './list-command.ts';
import { addWait, runCommand } from './run-command.ts';
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

const replayHelp = `
Choose by event keys (or the beginning of one, or the digits at its end), or by filters, or all with
--all. What is resolved meanwhile is skipped, and what is on the queue already is not queued twice.
Workers take 50 a second at most.

It prints the run's number: dead cancel <n> stops it, also from another machine, and dead resume <n>
goes on after that, or when it was cut off. An event is never applied twice.

Exits 0 when everything chosen was replayed or needed no replay (with --wait: was applied), and 1
when a key is not found, or with --wait something died again or took too long.

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
function addReplay(dead: Command, host: Host, now: () => Date): void {
  const replay = dead
    .command('replay')
    .summary('put dead letters back on the queue')
    .description('Put dead letters back on the queue, on the lane for replays.');
  addWait(addSelection(replay, now))
    .addHelpText('after', replayHelp)
    .action(async (keys: readonly string[], options: RunOptions, command: Command) => {
      const work = workOf('REPLAY', keys, options);
      await host.run(command, (session) => runCommand(session, work));
    });
}
