import type { Command } from 'commander';
import type { Host } from '../../session.ts';
import { addSelection, type RunOptions, workOf } from './letter-options.ts';
import { addWait, runCommand } from './run-command.ts';

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
export function addReplay(dead: Command, host: Host, now: () => Date): void {
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
