import { createErasureKeys, type PersonKey } from '@sinch-callbacks/db';
import {
  type ErasureResult,
  type ErasureTools,
  erasePerson,
  liftErasure,
  previewErasure,
  reapplyErasures,
} from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { operatorName } from '../options/operator-name.ts';
import type { Host, Session } from '../session.ts';
import { eraseQueues } from '../settings/erase-queues.ts';
import type { Settings } from '../settings/read-settings.ts';
import { counted } from '../terminal/format.ts';

interface EraseOptions {
  readonly phone?: string;
  readonly contact?: string;
  readonly externalId?: string;
  readonly email?: string;
  readonly dryRun?: true;
  readonly forEver?: true;
  readonly lift?: true;
  readonly reapply?: true;
}

const help = `
One of --phone, --contact, --external-id and --email names the person. It follows merged contacts,
their identities and messages. Every contact at a typed number is the person; a contact that only
shares another identity is someone else, and loses that identity alone.

Goes: names, numbers, addresses, texts and bodies, in every table, queue and store, also where the
number only stands in another's text. Stays: ids of Sinch, statuses and times, and opt-outs under a
keyed digest of the number. A message that waits to be sent to the person is discarded.

It lasts: a copy that comes later of what happened before is written without its contents. What
happens later is a new relation, and is kept, unless --for-ever was said. --lift ends both; what is
gone stays gone. After a restore of the database, --reapply repeats what its rows do not have.

It needs ERASURE_KEY (openssl rand -hex 32 makes one), which all processes must have too, and
ERASURE_LOG, a file that is kept apart from the database. After an interruption, the same command
does the rest. What Sinch itself keeps is in docs/privacy.md.

Exit codes:
  0  erased, or nothing was there
  1  the queues still hold something of the person: run it again

With --json: {dryRun, contacts, identities, neighbours, counts} of a dry run, {erasures: [{id,
contacts, identities, isResumed, isComplete, counts}]} of an erasure, {lifted} of --lift.

Examples:
  $ callbacks erase --phone +46701234567 --dry-run
  $ callbacks erase --phone +46701234567
  $ callbacks erase --contact 01JDCONTACT --for-ever
  $ callbacks erase --phone +46701234567 --lift
  $ callbacks erase --reapply
`;

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
    .option('--lift', 'take the person off the list of erased people')
    .option('--reapply', 'repeat the erasures of ERASURE_LOG that the database does not have')
    .addHelpText('after', help)
    .action(async (options: EraseOptions, command: Command) => {
      await host.run(command, (session) => erase(session, options));
    });
}

async function erase(session: Session, options: EraseOptions): Promise<ExitCode> {
  const key = personKeyOf(options);
  const settings = await session.readSettings();
  const keys = createErasureKeys(required(settings.erasure.key, 'ERASURE_KEY', makesKey));
  if (options.dryRun && key) return await preview(session, key, keys);
  const logFile = required(settings.erasure.logFile, 'ERASURE_LOG', 'the file of all erasures');
  return await session.withDatabase(async (database) => {
    const tools = toolsOf(session, settings, { database, keys, logFile });
    if (options.reapply) return report(session, await reapplyErasures(tools));
    if (key === undefined) throw new UsageError('nothing is chosen');
    if (options.lift) return await lift(session, tools, key);
    return report(session, [await erasePerson(tools, key, options.forEver ?? false)]);
  });
}

const makesKey = 'openssl rand -hex 32 makes one. Keep it for good, and never in the database';

function required(value: string | undefined, name: string, advice: string): string {
  if (value !== undefined) return value;
  throw new UsageError(`${name} must be set: ${advice}`);
}

/** @throws UsageError unless exactly one person is named, or --reapply alone is given. */
function personKeyOf(options: EraseOptions): PersonKey | undefined {
  const { phone, contact, externalId, email } = options;
  const given = [
    ['phone', phone],
    ['contact', contact],
    ['external-id', externalId],
    ['email', email],
  ] as const;
  const named = given.flatMap(([kind, value]) =>
    value?.trim() ? [{ kind, value: value.trim() }] : [],
  );
  const [key] = named;
  const isAlone = options.dryRun === undefined && options.lift === undefined;
  if (options.reapply && named.length === 0 && isAlone && !options.forEver) return undefined;
  if (named.length !== 1 || key === undefined || options.reapply) {
    throw new UsageError(
      'name one person: --phone, --contact, --external-id or --email; or say --reapply alone',
    );
  }
  if (options.lift && (options.dryRun || options.forEver)) {
    throw new UsageError('--lift goes with neither --dry-run nor --for-ever');
  }
  return key;
}

async function preview(
  { withDatabase, terminal }: Session,
  key: PersonKey,
  keys: ErasureTools['keys'],
): Promise<ExitCode> {
  const found = await withDatabase((database) => previewErasure({ database, keys }, key));
  terminal.document({ dryRun: true, ...found });
  const { contacts, identities, neighbours, counts } = found;
  terminal.print(`${counted(contacts, 'contact')} with ${counted(identities, 'identity')}`);
  if (neighbours > 0) {
    terminal.print(`${counted(neighbours, 'other contact')} would lose a shared identity alone`);
  }
  for (const line of countLines(counts)) terminal.print(line);
  terminal.note('dry run: nothing is changed; queues are not counted');
  return exitCodes.ok;
}

function toolsOf(
  { io, terminal }: Session,
  settings: Settings,
  given: Pick<ErasureTools, 'database' | 'keys' | 'logFile'>,
): ErasureTools {
  return {
    ...given,
    now: io.now,
    operator: operatorName(),
    eraseQueues: async (matches) =>
      await eraseQueues(settings, matches, (line) => terminal.note(line)),
  };
}

async function lift({ terminal }: Session, tools: ErasureTools, key: PersonKey): Promise<ExitCode> {
  const lifted = await liftErasure(tools, key);
  terminal.document({ lifted });
  terminal.print(
    `${counted(lifted, 'erasure')} lifted: what comes from now on is written as it is`,
  );
  return lifted === 0 ? exitCodes.unknown : exitCodes.ok;
}

function report({ terminal }: Session, erasures: readonly ErasureResult[]): ExitCode {
  terminal.document({ erasures });
  for (const { id, contacts, identities, counts, isResumed, isComplete } of erasures) {
    terminal.print(`erasure ${id}${isResumed ? ', continued' : ''}`);
    terminal.print(`${counted(contacts, 'contact')} with ${counted(identities, 'identity')}`);
    for (const line of countLines(counts)) terminal.print(line);
    if (!isComplete) terminal.note('jobs still hold the person: run the same command again');
  }
  if (erasures.length === 0) terminal.print('the database has every erasure of the log');
  return erasures.every(({ isComplete }) => isComplete) ? exitCodes.ok : exitCodes.failed;
}

function countLines(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([place, count]) => `  ${place}: ${count}`);
}
