import type { Database } from '@sinch-callbacks/db';
import {
  discardMessages,
  findMessages,
  type MessageChoice,
  maxChosen,
  resendMessages,
} from '@sinch-callbacks/outbound';
import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { duration, nonEmpty } from '../../options/option-parsers.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { counted, oneLine } from '../../terminal/format.ts';

interface ChangeOptions {
  readonly state?: 'UNCERTAIN' | 'REFUSED';
  readonly olderThan: number;
  readonly app?: string;
}

const defaultAgeMs = 600_000;
const longestAgeMs = 365 * 86_400_000;

const help = `
Choose by ids or keys, or all of an app that have been in a state for a time. An UNCERTAIN message
may be at the phone: give the callbacks of Sinch their time, since one of them makes it SENT.

Exits 1 when one of the ids is that of no message, or when nothing could be changed.

With --json: {changed: [id, …]}.

Examples:
  $ callbacks outbound resend order-7.shipped
  $ callbacks outbound resend --state UNCERTAIN --older-than 1h
  $ callbacks outbound discard 6f9619ff-8b86-4011-b42d-00c04fc964ff
`;

const changes = [
  {
    name: 'resend',
    change: resendMessages,
    past: 'queued again',
    summary: 'queue messages again that are uncertain, refused or discarded',
    description:
      'Queue messages again. One that is UNCERTAIN may then be at the phone twice: you decide.',
  },
  {
    name: 'discard',
    change: discardMessages,
    past: 'discarded',
    summary: 'give messages up that are queued, uncertain or refused',
    description: 'Give messages up: they are not sent. A report that comes makes them SENT.',
  },
] as const;

/** `callbacks outbound resend` and `discard`. */
export function addOutboundChanges(outbound: Command, host: Host): void {
  for (const { name, change, past, summary, description } of changes) {
    outbound
      .command(name)
      .summary(summary)
      .description(description)
      .argument('[ids...]', "ids of rows, keys, or Sinch's ids")
      .addOption(
        new Option('--state <state>', 'all in this state').choices(['UNCERTAIN', 'REFUSED']),
      )
      .option(
        '--older-than <time>',
        'with --state: those that are in it for so long',
        duration(0, longestAgeMs),
        defaultAgeMs,
      )
      .option('--app <id>', 'with --state: the app (SINCH_APP_ID)', nonEmpty)
      .addHelpText('after', help)
      .action(async (ids: readonly string[], options: ChangeOptions, command: Command) => {
        await host.run(command, (session) => run(session, ids, options, change, past));
      });
  }
}

async function run(
  session: Session,
  texts: readonly string[],
  { state, olderThan, app }: ChangeOptions,
  change: typeof resendMessages,
  past: string,
): Promise<ExitCode> {
  if (texts.length > 0 === (state !== undefined)) {
    throw new UsageError('choose by ids or keys, or by --state');
  }
  const appId = app ?? (await session.readSettings()).appId;
  const settledBefore = new Date(session.io.now().getTime() - olderThan);
  return await session.withDatabase(async (database) => {
    if (state === undefined) {
      const found = await idsOf(database, texts);
      if (found.kind === 'not-found') {
        const message = `no message has the id or key ${oneLine(found.text)}; nothing is changed`;
        return reportProblem(session, 'not-found', message);
      }
      return report(session, await change(database, { ids: found.ids }), past);
    }
    if (appId === undefined) throw new UsageError('name the app: --app, or SINCH_APP_ID');
    const choice = { appId, state, settledBefore };
    return report(session, await changeAll(database, choice, change), past);
  });
}

async function changeAll(
  database: Database,
  choice: MessageChoice,
  change: typeof resendMessages,
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (;;) {
    const some = await change(database, choice);
    changed.push(...some);
    if (some.length < maxChosen) return changed;
  }
}

async function idsOf(database: Database, texts: readonly string[]) {
  const ids: string[] = [];
  for (const text of texts) {
    const found = await findMessages(database, text);
    if (found.length === 0) return { kind: 'not-found', text } as const;
    if (found.length > 1) {
      throw new UsageError(`several messages have the key ${oneLine(text)}: name their ids`);
    }
    ids.push(...found.map(({ id }) => id));
  }
  return { kind: 'found', ids } as const;
}

function report({ terminal }: Session, changed: readonly string[], past: string): ExitCode {
  terminal.document({ changed });
  terminal.print(`${counted(changed.length, 'message')} ${past}`);
  return changed.length > 0 ? exitCodes.ok : exitCodes.failed;
}
