import { type DeadLetterGroup, groupDeadLetters } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { counted, oneLine, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';
import { type FilterOptions, filterOf } from './filter-options.ts';

export interface GroupOptions extends FilterOptions {
  readonly resolved?: true;
  readonly limit: number;
}

const lineWidth = 80;
const countWidth = '1000 letters'.length;
/** Of the 32 of a key: as good as alone among any number of letters. */
const shownDigits = 12;

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
  for (const line of groups.flatMap(groupLines)) terminal.print(line);
  const letters = groups.reduce((sum, { count }) => sum + count, 0);
  const kind = options.resolved ? 'dead letter' : 'open dead letter';
  terminal.note(`${counted(groups.length, 'group')}, ${counted(letters, kind)}`);
  return exitCodes.ok;
}

/** Some lines a group, none wider than a plain terminal. */
function groupLines(group: DeadLetterGroup): string[] {
  const { fingerprint, count, errorClass, triggers, exampleKey } = group;
  const app = group.appId === undefined ? 'no app' : `app ${oneLine(group.appId)}`;
  const digest = exampleKey.slice(exampleKey.lastIndexOf('.') + 1);
  const times = `${showInstant(group.firstDeadAt)} to ${showInstant(group.lastDeadAt)}`;
  const head = `${counted(count, 'letter').padEnd(countWidth)}  ${fingerprint}  ${errorClass}`;
  const rest = [
    app,
    times,
    ...triggers,
    oneLine(group.errorMessage),
    `callbacks dead show ${digest.slice(0, shownDigits)}`,
  ];
  return [head, ...rest.map((text) => `  ${oneLine(text, lineWidth - 2)}`), ''];
}
