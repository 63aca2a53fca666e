import type { Command } from 'commander';
import { wholeNumber } from '../options/option-parsers.ts';
import type { Host } from '../session.ts';
import { actOnLetters } from './act-on-letters.ts';
import { cancelReplay } from './cancel-run.ts';
import { listReplays } from './list-runs.ts';
import { takeUpRun } from './resume-run.ts';
import { addWait, type WaitOptions } from './wait-option.ts';

const maxId = 2 ** 31 - 1;
const maxShown = 10_000;
const defaultShown = 20;

const listHelp = `
RUNNING with a PROGRESS long ago is one whose process died: resume it or cancel it.

With --json: {runs: [{id, action, state, operator, filter, matched, queued, discarded, underWay,
skipped, withdrawn, cursor, startedAt, updatedAt, finishedAt, error}]}.
`;

/** `callbacks dead replays`, `callbacks dead cancel` and `callbacks dead resume`. */
export function addRunCommands(dead: Command, host: Host, now: () => Date): void {
  dead
    .command('replays')
    .summary('who replayed or discarded what, and how far it came')
    .description('List replays and discards, the latest first: the audit.')
    .option('--limit <n>', 'how many', wholeNumber(1, maxShown), defaultShown)
    .addHelpText('after', listHelp)
    .action(async (options: { readonly limit: number }, command: Command) => {
      await host.run(command, (session) => listReplays(session, options.limit));
    });
  addCancel(dead, host, now);
  addResume(dead, host, now);
}

const cancelHelp = `
Also one whose process died, and one that has queued everything already. What a worker has not
begun with leaves the queue, and its letter stays open; what is applied stays applied.

Ends with 1 when there is no such run.

With --json: {run: {id, state}, counts: {withdrawn, in-hand, settled}}.
`;

function addCancel(dead: Command, host: Host, now: () => Date): void {
  dead
    .command('cancel')
    .summary('stop a replay, and take back what still waits')
    .description('Stop a replay or discard, and take what still waits of it off the queue.')
    .argument('<id>', "the run's number", wholeNumber(1, maxId))
    .addHelpText('after', cancelHelp)
    .action(async (id: number, _options: object, command: Command) => {
      await host.run(command, (session) => cancelReplay(session, id, now));
    });
}

const resumeHelp = `
No letter is queued twice by it, and what cancelling took back is queued again.

Ends as dead replay does, and with 2 when the run is done or there is none.
`;

function addResume(dead: Command, host: Host, now: () => Date): void {
  const resume = dead
    .command('resume')
    .summary('go on with a replay that was cut off or cancelled')
    .description('Go on where a replay or discard stopped.')
    .argument('<id>', "the run's number", wholeNumber(1, maxId));
  addWait(resume)
    .addHelpText('after', resumeHelp)
    .action(async (id: number, options: WaitOptions, command: Command) => {
      await host.run(command, (session) =>
        actOnLetters(session, {
          begin: { kind: 'resume', take: (database) => takeUpRun(database, id, now()) },
          waitSeconds: options.wait,
        }),
      );
    });
}
