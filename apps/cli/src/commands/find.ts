import { type FindAnswer, type FoundEntry, findAnything, type TakenFor } from '@sinch-callbacks/db';
import { findQuestionOf } from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { wholeNumber } from '../options/option-parsers.ts';
import type { Host, Session } from '../session.ts';
import { cellText, counted, oneLine, showInstant, tableLines } from '../terminal/format.ts';

const maxPage = 10_000;
const defaultPage = 20;
const maxTextLength = 80;

const help = `
It may be a phone number in any spelling (with its country's code), another identity as Sinch sends
it, the id of a contact (merged ones too), conversation, message, batch or inbound event, a
correlation id, the metadata or the key that the sender gave, an event key or its beginning, or the
beginning of a digest. It may be several of these; the first lines say what it was taken for.

Messages in DISPATCH mode have no conversation and no contact: find them by number, id or metadata.
What we were asked to send is listed as "to be sent" until a callback names it: its status is the
state of the sending, and its id our own.
Callbacks are listed where a key was given, and where one that made no rows names the id.

Exits 1 when nothing was found. What people wrote is shown with --text only.

With --json: {takenFor: [{kind, found, contacts}], entries: [{entry, id, happenedAt, status, …,
foundAs}], hasMore}.

Examples:
  $ callbacks find '+46 70-123 45 67'
  $ callbacks find order-4711 --limit 5
  $ callbacks find 01JDCONVERSATION --json | jq --raw-output '.entries[].id'
`;

/** `callbacks find <anything>` */
export function addFindCommand(program: Command, host: Host): void {
  program
    .command('find')
    .summary('find messages by number, any id, metadata or event key')
    .description('Find what a number, an id, a metadata or a key belongs to, the newest first.')
    .argument('<anything>', 'a number, an id, metadata, or the beginning of an event key')
    .option('--limit <n>', 'how many', wholeNumber(1, maxPage), defaultPage)
    .option('--text', 'show what people wrote too')
    .addHelpText('after', help)
    .action(async (text: string, options: FindOptions, command: Command) => {
      await host.run(command, (session) => findText(session, text, options));
    });
}

interface FindOptions {
  readonly limit: number;
  readonly text?: true;
}

async function findText(
  session: Session,
  text: string,
  { limit, text: textOption }: FindOptions,
): Promise<ExitCode> {
  if (text.trim() === '') throw new UsageError('say what to find');
  const { terminal } = session;
  const withText = textOption ?? false;
  const question = { ...findQuestionOf(text), limit, withText };
  const answer = await session.withDatabase((database) => findAnything(database, question));
  terminal.document(answer);
  if (answer.takenFor.length === 0) {
    session.io.stderr.write('nothing found: no number, id, metadata or event key is like this\n');
    return exitCodes.failed;
  }
  for (const line of findLines(answer, withText)) terminal.print(line);
  terminal.note(`${counted(answer.entries.length, 'line')} shown`);
  if (answer.hasMore) terminal.note('there are older ones: --limit shows more');
  return exitCodes.ok;
}

/** Formats the kinds that a text was taken for, and a line for each entry found. */
function findLines({ takenFor, entries }: FindAnswer, withText: boolean): string[] {
  const head = ['WHEN', 'ENTRY', 'STATUS', 'CHANNEL', 'APP', 'CONVERSATION', 'CONTACT', 'ID'];
  const rows = entries.map((entry) => [...rowOf(entry), ...(withText ? [textOf(entry)] : [])]);
  const table = tableLines(withText ? [...head, 'TEXT'] : head, rows);
  return [...takenFor.map(takenForLine), ...(entries.length > 0 ? ['', ...table] : [])];
}

function takenForLine({ kind, contacts = [] }: TakenFor): string {
  const named =
    contacts.length === 0 ? '' : ` of contact ${contacts.map((id) => oneLine(id)).join(', ')}`;
  return `taken for: ${kind}${named}`;
}

function rowOf(entry: FoundEntry): string[] {
  return [
    showInstant(entry.happenedAt),
    entryName(entry),
    cellText(entry.status),
    cellText(entry.channel),
    cellText(entry.appId),
    cellText(entry.conversationId),
    cellText(entry.contactId),
    oneLine(entry.id),
  ];
}

function entryName({ entry, direction, kind }: FoundEntry): string {
  switch (entry) {
    case 'MESSAGE':
      return direction === 'TO_APP' ? 'message in' : direction ? 'message out' : 'message';
    case 'OUTBOUND':
      return 'to be sent';
    case 'EVENT':
      return `event ${cellText(kind)}`;
    case 'CALLBACK':
      return `callback ${cellText(kind)}`;
  }
}

function textOf({ text }: FoundEntry): string {
  return text === undefined ? '-' : oneLine(text, maxTextLength);
}
