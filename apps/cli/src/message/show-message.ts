import { findMessage, type MessageHistory } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { factLines, tableLines } from '../format/table.ts';
import { oneLine, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';

/** `callbacks message <id>`: how a message stands, and every report that ever came for it. */
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
  return exitCodes.ok;
}

/** The message for people: facts, then its reports in the order in which they happened. */
function messageLines(message: MessageHistory): string[] {
  const { statusAt, reports } = message;
  const facts = factLines({
    message: oneLine(message.sinchMessageId),
    direction: message.direction,
    status: message.status && oneLine(message.status),
    'status at': statusAt && showInstant(statusAt),
    reason: message.reasonCode && oneLine(message.reasonCode),
    description: message.reasonDescription && oneLine(message.reasonDescription),
    channel: message.channel && oneLine(message.channel),
    conversation: message.conversationId && oneLine(message.conversationId),
    contact: message.contactId && oneLine(message.contactId),
    'first event': showInstant(message.createdAt),
    'last event': showInstant(message.lastUpdatedAt),
  });
  if (reports.length === 0) return facts;
  const rows = reports.map(({ eventTime, receivedAt, status, channel, reasonCode, eventKey }) => [
    eventTime ? showInstant(eventTime) : '-',
    receivedAt ? showInstant(receivedAt) : '-',
    oneLine(status),
    oneLine(channel ?? '-'),
    oneLine(reasonCode ?? '-'),
    oneLine(eventKey),
  ]);
  const head = ['HAPPENED', 'RECEIVED', 'STATUS', 'CHANNEL', 'REASON', 'EVENT'];
  return [...facts, '', 'Reports', ...tableLines(head, rows)];
}
