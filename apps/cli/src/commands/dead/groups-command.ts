import { type DeadLetterGroup, groupDeadLetters } from '@sinch-callbacks/db';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { wholeNumber } from '../../options/option-parsers.ts';
import type { Host, Session } from '../../session.ts';
import { counted, oneLine, showInstant } from '../../terminal/format.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './letter-options.ts';

const maxPage = 10_000;
const defaultPage = 50;

const groupsHelp = `
Letters of one app with the same error, whatever ids, numbers and quoted values are in it, are one
group. The app is the one that the body names, whether it could be applied or not.

With --json: {groups: [{fingerprint, appId, count, firstDeadAt, lastDeadAt, triggers, exampleKey,
errorClass, errorMessage}]}.

Examples:
  $ callbacks dead groups --since 2h
  $ callbacks dead replay --fingerprint 9f86d081884c --app 01JD… --dry-run
`;

/** `callbacks dead groups` */
export function addGroups(dead: Command, host: Host, now: () => Date): void {
  const groups = dead
    .command('groups')
    .summary('what dead letters died of, the most frequent error first')
    .description('Count open dead letters by their error, the most frequent first.');
  addFilterOptions(groups, now)
    .option('--resolved', 'also those that were applied or discarded since')
    .option('--limit <n>', 'how many groups', wholeNumber(1, maxPage), defaultPage)
    .addHelpText('after', groupsHelp)
    .action(async (options: GroupOptions, command: Command) => {
      await host.run(command, (session) => listGroups(session, options));
    });
}

interface GroupOptions extends FilterOptions {
  readonly resolved?: true;
  readonly limit: number;
}

const lineWidth = 80;
const countWidth = '1000 letters'.length;
/** So many of a key's 32 digits are unique in practice. */
const shownDigits = 12;

async function listGroups(session: Session, options: GroupOptions): Promise<ExitCode> {
  const { terminal } = session;
  const filter = { ...filterOf(options), includeResolved: options.resolved };
  const groups = await session.withDatabase((database) =>
    groupDeadLetters(database, filter, options.limit),
  );
  terminal.document({ groups });
  for (const line of groups.flatMap(groupLines)) terminal.print(line);
  const letters = groups.reduce((sum, { count }) => sum + count, 0);
  const kind = options.resolved ? 'dead letter' : 'open dead letter';
  terminal.note(`${counted(groups.length, 'group')}, ${counted(letters, kind)}`);
  return exitCodes.ok;
}

/** Formats a group in lines that fit a plain terminal. */
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
