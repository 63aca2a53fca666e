import {
  countDeadLetters,
  type DeadLetterSummary,
  listDeadLetters,
  type Page,
} from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { tableLines } from '../format/table.ts';
import { counted, oneLine, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';
import { type FilterOptions, filterOf } from './filter-options.ts';

export interface ListOptions extends FilterOptions {
  readonly resolved?: true;
  readonly limit: number;
  readonly after?: string;
}

const maxReasonLength = 100;

/** `callbacks dead list`: one page, and how to get the next. */
export async function listLetters(session: Session, options: ListOptions): Promise<ExitCode> {
  const { terminal } = session;
  const filter = { ...filterOf(options), includeResolved: options.resolved };
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const page: Page = { limit: options.limit + 1, after: options.after };
  const { total, found } = await withDatabase(url, async (database) => ({
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

/** One line a letter; those that are resolved say how. */
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
