import { type Command, Option } from 'commander';
import type { Host } from '../session.ts';
import { type RequeueOptions, requeueFromDatabase } from './requeue-from-database.ts';

const help = `
For after the queue was emptied by mistake (FLUSHALL) or came back without its data. From Postgres
it puts back:
  - replays that were under way: each under its own number, so that none runs twice;
  - the copies of open dead letters that Bull Board shows.

What it cannot put back: callbacks that were answered 200 and not applied yet. Those were in Redis
alone, and Sinch does not send them again. Before anything else, stop Redis and take the FLUSHALL
out of its append-only file: docs/ARCHITECTURE.md, "When Redis was emptied". Events of unknown
kinds that were being replayed: callbacks unhandled replay --all.

What is there is left alone: run it as often as you like. Ends with 0 when everything is there.

With --json: {dryRun, replays: {requeued, there}, copies: {restored, there}, unhandled}.

Examples:
  $ callbacks requeue --from-db --dry-run
  $ callbacks requeue --from-db
`;

/** `callbacks requeue` */
export function addRequeueCommand(program: Command, host: Host): void {
  program
    .command('requeue')
    .summary('after Redis was emptied, put back what Postgres knows')
    .description('Put back on the queue what Postgres knows is unfinished.')
    .addOption(new Option('--from-db', 'from the database').makeOptionMandatory())
    .option('--dry-run', 'only say how much; nothing is changed')
    .addHelpText('after', help)
    .action(async (options: RequeueOptions, command: Command) => {
      await host.run(command, (session) => requeueFromDatabase(session, options));
    });
}
