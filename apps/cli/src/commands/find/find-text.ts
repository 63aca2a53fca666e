import { findAnything } from '@sinch-callbacks/db';
import { findQuestionOf } from '@sinch-callbacks/operations';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { counted } from '../../terminal/text.ts';
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
