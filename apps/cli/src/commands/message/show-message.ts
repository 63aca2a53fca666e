import { findMessage } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { reportProblem, type Session } from '../../session.ts';
import { counted } from '../../terminal/text.ts';
import { messageLines } from './message-lines.ts';

/** `callbacks message <id>`: how a message stands, and every event that ever came for it. */
export async function showMessage(session: Session, sinchMessageId: string): Promise<ExitCode> {
  const { terminal } = session;
  const message = await session.withDatabase((database) => findMessage(database, sinchMessageId));
  if (message === undefined) {
    const problem = 'no callback has told of a message with this id';
    return reportProblem(session, 'not-found', problem);
  }
  terminal.document(message);
  for (const line of messageLines(message)) terminal.print(line);
  const open = message.unapplied.filter(
    ({ state, resolvedAt }) => state === 'DEAD' && resolvedAt === undefined,
  );
  if (open.length === 0) return exitCodes.ok;
  terminal.note(
    `${counted(open.length, 'event')} of it died and made no row: callbacks dead show <event key>`,
  );
  return exitCodes.failed;
}
