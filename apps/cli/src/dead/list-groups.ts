import { type DeadLetterGroup, groupDeadLetters } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { tableLines } from '../format/table.ts';
import { counted, oneLine, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';
import { type FilterOptions, filterOf } from './filter-options.ts';

export interface GroupOptions extends FilterOptions {
  readonly resolved?: true;
  readonly limit: number;
}

const maxReasonLength = 100;

/** `callbacks dead groups`: what letters died of, the most frequent error first. */
export async function listGroups(session: Session, options: GroupOptions): Promise<ExitCode> {
  const { terminal } = session;
  const filter = { ...filterOf(options), includeResolved: options.resolved };
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const groups = await withDatabase(url, (database) =>
    groupDeadLetters(database, filter, options.limit),
  );
  terminal.document({ groups });
  if (groups.length > 0) for (const line of groupTable(groups)) terminal.print(line);
  const letters = groups.reduce((sum, { count }) => sum + count, 0);
  const kind = options.resolved ? 'dead letter' : 'open dead letter';
  terminal.note(`${counted(groups.length, 'group')}, ${counted(letters, kind)}`);
  return exitCodes.ok;
}

function groupTable(groups: readonly DeadLetterGroup[]): string[] {
  const rows = groups.map((group) => [
    String(group.count),
    group.fingerprint,
    showInstant(group.firstDeadAt),
    showInstant(group.lastDeadAt),
    group.errorClass,
    group.triggers.join(','),
    group.exampleKey,
    oneLine(group.errorMessage, maxReasonLength),
  ]);
  const times = ['FIRST', 'LAST'];
  const head = ['LETTERS', 'FINGERPRINT', ...times, 'CLASS', 'TRIGGERS', 'EXAMPLE', 'REASON'];
  return tableLines(head, rows);
}
