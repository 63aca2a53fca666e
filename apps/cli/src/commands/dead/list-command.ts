import {
  countDeadLetters,
  type DeadLetterSummary,
  listDeadLetters,
  type Page,
} from '@sinch-callbacks/db';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { eventKeyText, wholeNumber } from '../../options/option-parsers.ts';
import type { Host, Session } from '../../session.ts';
import { counted, oneLine, showInstant, tableLines } from '../../terminal/format.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './letter-options.ts';

const maxPage = 10_000;
const defaultPage = 50;

const listHelp = `
Nothing of a body is shown. Exits 0 whether there are dead letters or not.

With --json: {total, letters: [{eventKey, trigger, appId, errorClass, errorMessage, attempts,
replays, fingerprint, firstFailedAt, deadAt, …}], next}, where next is what --after takes, or null.

Examples:
  $ callbacks dead list --since 2h
  $ callbacks dead list --trigger MESSAGE_DELIVERY --error-class attempts-exhausted
  $ callbacks dead list --json | jq --raw-output '.letters[].eventKey'
`;

/** `callbacks dead list` */
export function addList(dead: Command, host: Host, now: () => Date): void {
  const list = dead
    .command('list')
    .summary('list dead letters')
    .description('List dead letters, by the digits at the end of their keys, a page at a time.');
  addFilterOptions(list, now)
    .option('--resolved', 'also those that were applied or discarded since')
    .option('--limit <n>', 'how many', wholeNumber(1, maxPage), defaultPage)
    .option('--after <key>', 'the page after this event key', eventKeyText)
    .addHelpText('after', listHelp)
    .action(async (options: ListOptions, command: Command) => {
      await host.run(command, (session) => listLetters(session, options));
    });
}

interface ListOptions extends FilterOptions {
  readonly resolved?: true;
  readonly limit: number;
  readonly after?: string;
}

const maxReasonLength = 100;

async function listLetters(session: Session, options: ListOptions): Promise<ExitCode> {
  const { terminal } = session;
  const filter = { ...filterOf(options), includeResolved: options.resolved };
  const page: Page = { limit: options.limit + 1, after: options.after };
  const { total, found } = await session.withDatabase(async (database) => ({
    total: await countDeadLetters(database, filter),
    found: await listDeadLetters(database, filter, page),
  }));
  const letters = found.slice(0, options.limit);
  const next = found.length > letters.length ? letters.at(-1)?.eventKey : undefined;

  terminal.document({ total, letters, next: next ?? null });
  if (letters.length > 0) for (const line of letterTable(letters)) terminal.print(line);
  const kind = options.resolved ? 'dead letter' : 'open dead letter';
  terminal.note(`${letters.length} shown of ${counted(total, kind)}`);
  if (next !== undefined) terminal.note(`next page: the same with --after ${next}`);
  return exitCodes.ok;
}

/** Formats one line for each letter. */
function letterTable(letters: readonly DeadLetterSummary[]): string[] {
  const rows = letters.map((letter) => [
    showInstant(letter.deadAt),
    letter.errorClass,
    String(letter.attempts),
    String(letter.replays),
    (letter.resolution ?? 'open').toLowerCase(),
    letter.eventKey,
    oneLine(letter.errorMessage, maxReasonLength),
  ]);
  return tableLines(['DIED', 'CLASS', 'TRIES', 'REPLAYS', 'STATE', 'EVENT KEY', 'REASON'], rows);
}
