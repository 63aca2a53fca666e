import { rawBodyBytes, rawBodyText } from '@sinch-callbacks/core';
import {
  type Database,
  type DeadLetter,
  findDeadLetter,
  findKeysByPrefix,
} from '@sinch-callbacks/db';
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
  const found = await withDatabase(url, (database) => findByKey(database, key));
  if (found.kind !== 'found') {
    const { kind: code, message } = found;
    terminal.document({ error: { code, message } });
    session.world.stderr.write(`error: ${message}\n`);
    return exitCodes.failed;
  }
  const { letter } = found;
  terminal.document(letterDocument(letter, withBody));
  for (const line of letterLines(letter)) terminal.print(line);
  if (withBody) terminal.print(`\nBody\n${plainText(rawBodyText(letter.event.rawBody))}`);
  return exitCodes.ok;
}

type Found =
  | { readonly kind: 'found'; readonly letter: DeadLetter }
  | { readonly kind: 'not-found' | 'ambiguous'; readonly message: string };

const shownKeys = 5;

/** The whole key, or the beginning of a single one. */
async function findByKey(database: Database, key: string): Promise<Found> {
  const exact = await findDeadLetter(database, key);
  if (exact) return { kind: 'found', letter: exact };
  const keys = key === '' ? [] : await findKeysByPrefix(database, key, shownKeys + 1);
  const [first] = keys;
  if (first !== undefined && keys.length > 1) {
    const several = keys.slice(0, shownKeys).map((one) => `  ${oneLine(one)}`);
    const more = keys.length > shownKeys ? ['  …'] : [];
    const list = [...several, ...more].join('\n');
    return { kind: 'ambiguous', message: `several dead letters begin so:\n${list}` };
  }
  const letter = first === undefined ? undefined : await findDeadLetter(database, first);
  if (letter) return { kind: 'found', letter };
  return { kind: 'not-found', message: 'no dead letter has this key, or one that begins so' };
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
    app: letter.appId && oneLine(letter.appId),
    project: letter.projectId && oneLine(letter.projectId),
    entity: letter.entityId && oneLine(letter.entityId),
    received: event.receivedAt,
    body: showBytes(rawBodyBytes(event.rawBody).length),
    state: resolvedAt ? `${resolutionOf(letter)} ${showInstant(resolvedAt)}` : 'open',
    replays: String(letter.replays),
    replayed: replayedAt && showInstant(replayedAt),
    'first failed': showInstant(letter.firstFailedAt),
    died: showInstant(letter.deadAt),
    class: letter.errorClass,
    fingerprint: letter.fingerprint,
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
