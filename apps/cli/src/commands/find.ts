import type { Command } from 'commander';
import { wholeNumber } from '../options/option-parsers.ts';
import type { Host } from '../session.ts';
import { type FindOptions, findText } from './find/find-text.ts';

const maxPage = 10_000;
const defaultPage = 20;

const help = `
It may be a phone number in any spelling (with its country's code), another identity as Sinch sends
it, the id of a contact (merged ones too), conversation, message, batch or inbound event, a
correlation id, the metadata that the sender gave, an event key or its beginning, or the beginning
of a digest. It may be several of these; the first lines say what it was taken for.

Messages in DISPATCH mode have no conversation and no contact: find them by number, id or metadata.
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
