import { ConfigError } from '@sinch-callbacks/config';
import { createErasureKeys, type PersonKey } from '@sinch-callbacks/db';
import {
  type AtSinch,
  continueErasures,
  countQueues,
  type ErasureTools,
  erasePerson,
  eraseQueues,
  type FailedErasure,
  liftErasure,
  type PreviewTools,
  previewErasure,
  reapplyErasures,
} from '@sinch-callbacks/operations';
import { SinchApiError } from '@sinch-callbacks/sinch-api';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { operatorName } from '../options/operator-name.ts';
import { duration } from '../options/option-parsers.ts';
import type { Host, Session } from '../session.ts';
import type { Settings } from '../settings/read-settings.ts';
import { counted } from '../terminal/format.ts';
import { openProgressLine } from '../terminal/progress-line.ts';
import { namedPerson, type PersonOptions, requirePersonKey } from './person-to-erase.ts';
import { fileNote, leftNote, queueNames, queuesOf, requireAllQueues } from './queues-to-erase.ts';
import { countLines, reportErasures, reportReapplied, reportSeveral } from './report-erasures.ts';

interface EraseOptions extends PersonOptions {
  readonly dryRun?: true;
  readonly forEver?: true;
  readonly lift?: true;
  readonly reapply?: true;
  readonly continue?: true;
  readonly atSinch?: true;
  /** False with --no-redis. */
  readonly redis: boolean;
  readonly wait: number;
}

const help = `
One of --phone, --contact, --external-id and --email names the person. It follows merged contacts,
their identities and messages. Every contact at a typed number is the person; a contact that only
shares another identity is someone else, and loses that identity alone.

Goes: names, numbers, addresses, texts and bodies, in every table, queue and store, also where the
number only stands in another's text. Stays: ids of Sinch, statuses and times, and opt-outs under a
keyed digest of the number. A message that waits to be sent to the person is discarded.

It lasts: a copy that comes later of what happened before is written without its contents. What
happens after its end is a new relation, and is kept, unless --for-ever was said; what happens while
it runs may go too. --lift ends both; what is gone stays gone. It lifts what named the person in the
same way: an erasure by --contact is lifted by --contact. After a restore of the database, --reapply
repeats what its rows do not have.

It needs ERASURE_KEY (openssl rand -hex 32 makes one), which all processes must have too, and
ERASURE_LOG, a file that is kept apart from the database. After an interruption, the same command
begins again, as of now, and does no less than was asked for before. --continue finishes every
erasure that was interrupted, from where it was.

It goes through the queues of REDIS_URL and DATABASE_URL, and says which those were. Without REDIS_URL
it refuses, since a Redis that it does not know of would keep the person; --no-redis says that there
is none.

--at-sinch deletes the person at Sinch afterwards, with the variables of Sinch's API: conversations
with their messages, messages of no conversation, and contacts. What Sinch does not have counts as
done (sinch.absent). Where Sinch fails, the same command does the rest; one that comes after an
erasure without it finds the person by what that has left. See docs/privacy.md.

Exit codes:
  0  erased
  1  jobs that no worker has applied yet still hold something of the person: see that a worker
     runs, then run the same command again. It waits for them, as long as --wait says. Or the
     person is to be deleted at Sinch, and --at-sinch is missing; or, with --lift, an erasure of
     the person has not ended. With --continue and --reapply: one of the erasures failed, and
     the others went on; or another run has taken the erasure over
  2  ERASURE_LOG cannot be written or is not that file, or ERASURE_KEY is another one; nothing
     is done
  4  no row and no job is about the person, or none any more: see that the number, id or address is
     right. It is on the list all the same, so that later copies stay out; --lift takes it off

With --json: {dryRun, queues, contacts, identities, neighbours, counts} of a dry run, {queues,
erasures: [{id, contacts, identities, isResumed, isComplete, needsSinch, files, counts}]} of an
erasure, with failed: [{id, code, message}] of --continue and --reapply, {inLog, cutLines, lifted}
of --reapply, {lifted} of --lift.

Examples:
  $ callbacks erase --phone +46701234567 --dry-run
  $ callbacks erase --phone +46701234567
  $ callbacks erase --phone +46701234567 --at-sinch
  $ callbacks erase --contact 01JDCONTACT --for-ever
  $ callbacks erase --phone +46701234567 --lift
  $ callbacks erase --continue
  $ callbacks erase --reapply
`;

/** What a worker needs for a retry, and a little more. */
const usualWaitMs = 60_000;
const maxWaitMs = 3_600_000;

/** `callbacks erase` */
export function addEraseCommand(program: Command, host: Host): void {
  program
    .command('erase')
    .summary('remove a person from every table, queue and store')
    .description('Remove a person, and keep later copies of what is removed out.')
    .option('--phone <number>', 'the person at this number, in any spelling')
    .option('--contact <id>', 'the contact with this id of Sinch')
    .option('--external-id <id>', 'contacts with this id of yours')
    .option('--email <address>', 'contacts with this address')
    .option('--dry-run', 'only say how much; nothing is changed')
    .option('--for-ever', 'keep out what happens later too')
    .option('--at-sinch', 'delete the person at Sinch too, with its API')
    .option('--no-redis', 'there is no Redis: the queue is in DATABASE_URL')
    .option('--lift', 'take the person off the list of erased people')
    .option('--reapply', 'repeat the erasures of ERASURE_LOG that the database does not have')
    .option('--continue', 'finish every erasure that was interrupted')
    .option(
      '--wait <time>',
      'how long to wait for jobs that are not applied yet',
      duration(0, maxWaitMs),
      usualWaitMs,
    )
    .addHelpText('after', help)
    .action(async (options: EraseOptions, command: Command) => {
      await host.run(command, (session) => erase(session, options));
    });
}

async function erase(session: Session, options: EraseOptions): Promise<ExitCode> {
  const key = personKeyOf(options);
  const settings = await session.readSettings();
  const keys = createErasureKeys(required(settings.erasure.key, 'ERASURE_KEY', makesKey));
  if (!options.lift) requireAllQueues(settings, options);
  if (options.dryRun && key) {
    return await preview(session, settings, { key, keys }, options.atSinch ?? false);
  }
  const logFile = required(settings.erasure.logFile, 'ERASURE_LOG', 'the file of all erasures');
  const given = { keys, logFile };
  if (!options.atSinch) return await eraseWith(session, settings, { ...given, key }, options);
  return await session.withSinchApi(sinchTimeoutMs, async ({ api, appId }) => {
    // Another region does not know any id, which would count as done.
    await api.apps.get(appId);
    const { deletions } = api;
    return await eraseWith(session, settings, { ...given, key, deletions }, options);
  });
}

const sinchTimeoutMs = 15_000;

interface Given extends Pick<ErasureTools, 'keys' | 'logFile'> {
  readonly key: PersonKey | undefined;
  readonly deletions?: AtSinch['deletions'];
}

async function eraseWith(
  session: Session,
  settings: Settings,
  { key, deletions, ...given }: Given,
  options: EraseOptions,
): Promise<ExitCode> {
  const progress = openProgressLine(session.io.stderr, session.terminal);
  return await session.withDatabase(async (database) => {
    const onProgress: AtSinch['onProgress'] = (done, all) =>
      progress.show(`${done} of ${all} at Sinch`);
    const tools: ErasureTools = {
      ...toolsOf(session, settings, options, { database, ...given }),
      ...(deletions && { atSinch: { deletions, onProgress } }),
    };
    if (options.reapply) {
      return reportReapplied(session, settings, await reapplyErasures(tools));
    }
    if (options.lift && key) return await lift(session, tools, key);
    try {
      if (key === undefined) {
        const continued = await continueErasures(tools);
        const { ended, failed } = continued;
        if (ended.length + failed.length === 0) session.terminal.print('every erasure has ended');
        if (failed.some(isOfSinch)) session.terminal.note(notAtSinch);
        return reportSeveral(session, settings, continued);
      }
      const erased = await erasePerson(tools, key, options.forEver ?? false);
      const code = reportErasures(session, settings, [erased]);
      if (code !== exitCodes.ok || !isEmpty(erased.counts)) return code;
      session.terminal.note(nothingWasThere);
      return exitCodes.unknown;
    } catch (error) {
      if (error instanceof SinchApiError) session.terminal.note(notAtSinch);
      throw error;
    } finally {
      progress.clear();
    }
  });
}

const isOfSinch = ({ error }: FailedErasure) => error instanceof SinchApiError;

const notAtSinch =
  'the person is erased here, and not yet at Sinch: the same command does the rest';

const makesKey = 'openssl rand -hex 32 makes one. Keep it for good, and never in the database';

function required(value: string | undefined, name: string, advice: string): string {
  if (value !== undefined) return value;
  throw new UsageError(`${name} must be set: ${advice}`);
}

/** @throws UsageError unless one person is named, or --reapply or --continue alone is given. */
function personKeyOf(options: EraseOptions): PersonKey | undefined {
  const key = namedPerson(options);
  const isAlone = options.dryRun === undefined && options.lift === undefined;
  const isPlain = isAlone && key === undefined && !options.forEver;
  if (options.reapply && isPlain && !options.atSinch && !options.continue) return undefined;
  if (options.continue && isPlain && !options.reapply) return undefined;
  if (key === undefined || options.reapply || options.continue) {
    throw new UsageError(
      'name one person: --phone, --contact, --external-id or --email; or say --reapply alone, or ' +
        '--continue, with --at-sinch where that was said',
    );
  }
  if (options.lift && (options.dryRun || options.forEver || options.atSinch)) {
    throw new UsageError('--lift goes with none of --dry-run, --for-ever and --at-sinch');
  }
  if (!options.lift) requirePersonKey(key);
  return key;
}

async function preview(
  { withDatabase, readSinch, terminal }: Session,
  settings: Settings,
  { key, keys }: { readonly key: PersonKey; readonly keys: ErasureTools['keys'] },
  isAtSinch: boolean,
): Promise<ExitCode> {
  const sinch = isAtSinch ? await readSinch() : undefined;
  if (sinch?.kind === 'invalid') throw new ConfigError(sinch.message);
  const countInQueues: PreviewTools['countQueues'] = async (matches) =>
    await countQueues(queuesOf(settings), matches);
  const found = await withDatabase(
    async (database) =>
      await previewErasure({ database, keys, countQueues: countInQueues }, key, isAtSinch),
  );
  terminal.document({ dryRun: true, queues: queueNames(settings), ...found });
  const { contacts, identities, neighbours, counts } = found;
  terminal.print(
    `${counted(contacts, 'contact')} with ${counted(identities, 'identity', 'identities')}`,
  );
  if (neighbours > 0) {
    terminal.print(`${counted(neighbours, 'other contact')} would lose a shared identity alone`);
  }
  for (const line of countLines(counts)) terminal.print(line);
  for (const name of queueNames(settings)) terminal.print(`queue looked at: ${name}`);
  terminal.note('dry run: nothing is changed');
  if (!isEmpty(counts)) return exitCodes.ok;
  terminal.note('no row and no job is about this person: see that it is typed right');
  return exitCodes.unknown;
}

function toolsOf(
  { io, terminal }: Session,
  settings: Settings,
  { wait }: EraseOptions,
  given: Pick<ErasureTools, 'database' | 'keys' | 'logFile'>,
): ErasureTools {
  return {
    ...given,
    now: io.now,
    operator: operatorName(),
    eraseQueues: async (matches) =>
      await eraseQueues(queuesOf(settings), matches, {
        waitMs: wait,
        onLeft: (left) => terminal.note(leftNote(left)),
        onFile: (file) => terminal.note(fileNote(file)),
      }),
  };
}

async function lift({ terminal }: Session, tools: ErasureTools, key: PersonKey): Promise<ExitCode> {
  const result = await liftErasure(tools, key);
  if (result.kind === 'running') {
    terminal.document({ lifted: 0 });
    terminal.note('an erasure of this person has not ended: run it again first, then --lift');
    return exitCodes.failed;
  }
  const lifted = result.count;
  terminal.document({ lifted });
  terminal.print(
    `${counted(lifted, 'erasure')} lifted: what comes from now on is written as it is`,
  );
  return lifted === 0 ? exitCodes.unknown : exitCodes.ok;
}

const nothingWasThere =
  'no row and no job was about this person, or none any more: see that it is typed right. It is on ' +
  'the list all the same, so that later copies stay out; --lift takes it off';

function isEmpty(counts: Readonly<Record<string, number>>): boolean {
  return Object.values(counts).every((count) => count === 0);
}
