import { digestOfEventKey } from '@sinch-callbacks/core';
import { readTypedKey } from '@sinch-callbacks/operations';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { describeOrigins, type Settings } from '../../settings/read-settings.ts';
import { oneLine } from '../../terminal/text.ts';
import { eventLines } from './event-lines.ts';
import { type EventPlace, type Whereabouts, whereaboutsOf } from './event-place.ts';
import { lookEverywhere } from './look-everywhere.ts';

const shownKeys = 5;
/** An event may be in several places, in the queues under several numbers. */
const searchLimit = 12;
const digestDigits = 32;

/** `callbacks event <key>`: where an event is now, and what could not be asked. */
export async function showEvent(session: Session, text: string): Promise<ExitCode> {
  const { terminal, io } = session;
  const pattern = readTypedKey(text);
  if (pattern === undefined) {
    throw new UsageError(
      'give an event key, more of its beginning, or some of its digest’s digits',
    );
  }
  const settings = await session.readSettings();
  requireSomeServer(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl, queue: settings.queue }));
  const { places, notAsked } = await lookEverywhere(settings, pattern, searchLimit);
  for (const { place, reason } of notAsked) {
    io.stderr.write(`could not ask: ${place} (${oneLine(reason)})\n`);
  }
  const keys = keysByDigest(places);
  if (keys.size > 1) {
    const several = [...keys.values()].slice(0, shownKeys);
    const more = keys.size > shownKeys ? '\n  …' : '';
    const list = several.map((key) => `\n  ${oneLine(key)}`).join('');
    const message = `several events begin so:${list}${more}`;
    terminal.document({ error: { code: 'ambiguous', message }, keys: several, notAsked });
    io.stderr.write(`error: ${message}\n`);
    return notAsked.length > 0 ? exitCodes.unreachable : exitCodes.failed;
  }
  const [key = text.trim()] = keys.values();
  const now = whereaboutsOf(places, notAsked);
  terminal.document({ key, now, places, notAsked });
  for (const line of eventLines(key, now, places)) terminal.print(line);
  return notAsked.length > 0 ? exitCodes.unreachable : exitCodeOf(now);
}

/** An event's newest key: its trigger may have been unknown when it was queued. */
function keysByDigest(places: readonly EventPlace[]): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const found of places) {
    if (found.place === 'database') {
      keys.set(found.digest, found.eventKey ?? keys.get(found.digest) ?? found.digest);
    } else {
      keys.set(digestOfEventKey(found.eventKey).slice(0, digestDigits), found.eventKey);
    }
  }
  return keys;
}

/** @throws UsageError when there is nothing that could be asked. */
function requireSomeServer({ queue, databaseUrl }: Settings): void {
  if (queue ?? databaseUrl) return;
  throw new UsageError('no database and no queue: set DATABASE_URL, or let `npm start` run');
}

function exitCodeOf(now: Whereabouts): ExitCode {
  switch (now) {
    case 'applied':
    case 'queue':
    case 'fallback':
    case 'unhandled':
    case 'closed':
    case 'pruned':
      return exitCodes.ok;
    case 'dead':
    case 'rejected':
    case 'nowhere':
      return exitCodes.failed;
    case 'unknown':
      return exitCodes.unreachable;
  }
}
