import { rawBodyBytes, rawBodyText } from '@sinch-callbacks/core';
import { type DeadLetter, findDeadLetter } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { factLines, tableLines } from '../format/table.ts';
import { oneLine, plainText, showBytes, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';

export interface ShowOptions {
  readonly body?: true;
}

/** `callbacks dead show <key>`: why it died, every attempt, and the event's facts. */
export async function showLetter(
  session: Session,
  key: string,
  options: ShowOptions,
): Promise<ExitCode> {
  const { terminal } = session;
  const withBody = options.body ?? false;
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const letter = await withDatabase(url, (database) => findDeadLetter(database, key));
  if (letter === undefined) {
    const message = 'no dead letter has this key';
    terminal.document({ error: { code: 'not-found', message } });
    session.world.stderr.write(`error: ${message}\n`);
    return exitCodes.failed;
  }
  terminal.document(letterDocument(letter, withBody));
  for (const line of letterLines(letter)) terminal.print(line);
  if (withBody) terminal.print(`\nBody\n${plainText(rawBodyText(letter.event.rawBody))}`);
  return exitCodes.ok;
}

/** The letter for programs; its body, which holds personal data, only where it is asked for. */
function letterDocument({ event, ...letter }: DeadLetter, withBody: boolean): unknown {
  const { rawBody, signature: _, ...facts } = event;
  const bodyBytes = rawBodyBytes(rawBody).length;
  return { ...letter, event: { ...facts, bodyBytes, ...(withBody && { rawBody }) } };
}

function letterLines(letter: DeadLetter): string[] {
  const { event, resolvedAt, replayedAt } = letter;
  const facts = factLines({
    key: oneLine(letter.eventKey),
    trigger: event.trigger,
    entity: event.entityId && oneLine(event.entityId),
    received: event.receivedAt,
    body: showBytes(rawBodyBytes(event.rawBody).length),
    state: resolvedAt ? `${resolutionOf(letter)} ${showInstant(resolvedAt)}` : 'open',
    replays: String(letter.replays),
    replayed: replayedAt && showInstant(replayedAt),
    'first failed': showInstant(letter.firstFailedAt),
    died: showInstant(letter.deadAt),
    class: letter.errorClass,
    reason: oneLine(letter.errorMessage),
  });
  const rows = letter.history.map(({ replay, attempt, at, errorClass, message }) => [
    at,
    replay === 0 ? 'live' : `replay ${replay}`,
    String(attempt),
    errorClass,
    oneLine(message),
  ]);
  const attempts = tableLines(['AT', 'LANE', 'TRY', 'CLASS', 'MESSAGE'], rows);
  const stack = letter.stack === undefined ? [] : ['', 'Stack', plainText(letter.stack)];
  return [...facts, '', 'Attempts', ...attempts, ...stack];
}

function resolutionOf({ resolution }: DeadLetter): string {
  return (resolution ?? 'resolved').toLowerCase();
}
