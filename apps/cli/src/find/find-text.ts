import { boundedText } from '@sinch-callbacks/core';
import { type FindQuestion, findAnything } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { counted } from '../format/text.ts';
import { readTypedIdentity } from '../options/typed-identity.ts';
import { readTypedKey } from '../options/typed-key.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';
import { findLines } from './find-lines.ts';

export interface FindOptions {
  readonly limit: number;
  readonly text?: true;
}

/** `callbacks find <anything>`: what it may be, and what belongs to it. */
export async function findText(
  session: Session,
  text: string,
  { limit, text: textOption }: FindOptions,
): Promise<ExitCode> {
  if (text.trim() === '') throw new UsageError('say what to find');
  const { terminal } = session;
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const withText = textOption ?? false;
  const question = { ...questionOf(text), limit, withText };
  const answer = await withDatabase(url, (database) => findAnything(database, question));
  terminal.document(answer);
  if (answer.takenFor.length === 0) {
    session.world.stderr.write(
      'nothing found: no number, id, metadata or event key is like this\n',
    );
    return exitCodes.failed;
  }
  for (const line of findLines(answer, withText)) terminal.print(line);
  terminal.note(`${counted(answer.entries.length, 'line')} shown`);
  if (answer.hasMore) terminal.note('there are older ones: --limit shows more');
  return exitCodes.ok;
}

const fewestDigits = 4;
/** A phone number has fewer digits. */
const digitsOfNoNumber = 16;
const decimalAlone = /^\d+$/;

function questionOf(text: string): Omit<FindQuestion, 'limit' | 'withText'> {
  const typed = text.trim();
  const key = typed.length < fewestDigits ? undefined : readTypedKey(typed);
  return {
    text,
    id: boundedText(typed),
    identities: readTypedIdentity(typed).identities,
    key,
    isKeyUnlikely: decimalAlone.test(typed) && typed.length < digitsOfNoNumber,
  };
}
