import { digestOfEventKey } from '@sinch-callbacks/core';
import { readTypedKey } from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import type { Host, Session } from '../../session.ts';
import { describeOrigins, type Settings } from '../../settings/read-settings.ts';
import { oneLine } from '../../terminal/format.ts';
import { type EventPlace, eventLines, type Whereabouts, whereaboutsOf } from './event-place.ts';
import { lookEverywhere } from './look-everywhere.ts';

const help = `
<key> is a full event key, its beginning, or the beginning of the 32 digits at its end, as long as
only one event begins so. It is searched on the queue (live lane with every partition, replay
lane), on the fallback queue on Postgres, in the database, and among rejected callbacks whose body
was kept. On Redis a waiting event is found at once by its full key; all others by going through
all keys once, which takes seconds for a million of them.

Where the queue or the database is down, the others are still asked, and what could not be asked
is said.

Exit codes:
  0  it is queued, applied, unhandled, closed or pruned
  1  it is an open dead letter, rejected or nowhere, or several events begin so
  3  some place could not be asked

With --json: {key, now: applied | queue | fallback | unhandled | dead | rejected | closed | pruned |
nowhere | unknown, places: [{place, …}], notAsked: [{place, reason}]}.

Examples:
  $ callbacks event MESSAGE_DELIVERY.01JD….9f86d0…
  $ callbacks event 9f86d081 --json | jq --raw-output .now
`;

/** `callbacks event <key>` */
export function addEventCommand(program: Command, host: Host): void {
  program
    .command('event')
    .summary('where is an event now: queued, applied, dead, rejected?')
    .description('Show where an event is now, and every place that holds it.')
    .argument('<key>', 'its event key, or the beginning of it or of its digest')
    .addHelpText('after', help)
    .action(async (key: string, _options: object, command: Command) => {
      await host.run(command, (session) => showEvent(session, key));
    });
}

const shownKeys = 5;
/** An event may be in several places, and on the queues under several replay numbers. */
const searchLimit = 12;
const digestDigits = 32;

async function showEvent(session: Session, text: string): Promise<ExitCode> {
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

/** Maps each event to its newest key: its trigger may have been unknown when it was queued. */
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

/** @throws UsageError when neither a database nor a queue is set. */
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
