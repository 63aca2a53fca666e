import { findMessage } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { counted } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';
import { messageLines } from './message-lines.ts';

/** `callbacks message <id>`: how a message stands, and every event that ever came for it. */
export async function showMessage(session: Session, sinchMessageId: string): Promise<ExitCode> {
  const { terminal } = session;
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const message = await withDatabase(url, (database) => findMessage(database, sinchMessageId));
  if (message === undefined) {
    const problem = 'no callback has told of a message with this id';
    terminal.document({ error: { code: 'not-found', message: problem } });
    session.world.stderr.write(`error: ${problem}\n`);
    return exitCodes.failed;
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
