import { countUnhandled } from '@sinch-callbacks/db';
import { type Requeued, requeueLetters } from '@sinch-callbacks/operations';
import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Host, Session } from '../session.ts';
import { counted } from '../terminal/format.ts';

interface RequeueOptions {
  readonly dryRun?: true;
}

const help = `
For after the queue was emptied by mistake (FLUSHALL) or came back without its data. From Postgres
it puts back:
  - replays that were under way: each under its own number, so that none runs twice;
  - the copies of open dead letters that Bull Board shows.

What it cannot put back: callbacks that were answered 200 and not applied yet. Those were in Redis
alone, and Sinch does not send them again. Before anything else, stop Redis and take the FLUSHALL
out of its append-only file: docs/ARCHITECTURE.md, "When Redis was emptied". Events of unknown
kinds that were being replayed: callbacks unhandled replay --all.

What is there is left alone: run it as often as you like. Exits 0 when everything is there.

With --json: {dryRun, replays: {requeued, there}, copies: {restored, there}, unhandled}.

Examples:
  $ callbacks requeue --from-db --dry-run
  $ callbacks requeue --from-db
`;

/** `callbacks requeue` */
export function addRequeueCommand(program: Command, host: Host): void {
  program
    .command('requeue')
    .summary('after Redis was emptied, put back what Postgres holds')
    .description('Put back on the queue what is unfinished according to Postgres.')
    .addOption(new Option('--from-db', 'from the database').makeOptionMandatory())
    .option('--dry-run', 'only say how much; nothing is changed')
    .addHelpText('after', help)
    .action(async (options: RequeueOptions, command: Command) => {
      await host.run(command, (session) => requeue(session, options));
    });
}

/** After an interruption, the same command does the rest. */
async function requeue(session: Session, options: RequeueOptions): Promise<ExitCode> {
  const isDryRun = options.dryRun ?? false;
  const { counts, unhandled } = await session.withLetterTools(async (tools) => ({
    counts: await requeueLetters({ ...tools, isDryRun }),
    unhandled: (await countUnhandled(tools.database)).reduce((sum, { count }) => sum + count, 0),
  }));
  report(session, counts, unhandled, isDryRun);
  return exitCodes.ok;
}

type Counts = Readonly<Record<Requeued, number>>;

function report({ terminal }: Session, counts: Counts, unhandled: number, isDryRun: boolean): void {
  const replays = { requeued: counts['replay-requeued'], there: counts['replay-there'] };
  const copies = { restored: counts['copy-restored'], there: counts['copy-there'] };
  terminal.document({ dryRun: isDryRun, replays, copies, unhandled });
  const would = isDryRun ? 'would be ' : '';
  const replay = counted(replays.requeued, 'replay');
  const copy = counted(copies.restored, 'dead letter');
  terminal.print(`${replay} ${would}queued again, ${replays.there} there already`);
  terminal.print(`${copy} ${would}shown in Bull Board again, ${copies.there} there already`);
  if (unhandled > 0) {
    const events = counted(unhandled, 'event');
    terminal.note(
      `${events} of unknown kinds: callbacks unhandled replay --all, if you were at it`,
    );
  }
  if (isDryRun) terminal.note('dry run: nothing is changed');
  terminal.note('callbacks that were in Redis alone cannot be had from here: --help says more');
}
