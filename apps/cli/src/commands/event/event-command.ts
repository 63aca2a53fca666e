import type { Command } from 'commander';
import type { Host } from '../../session.ts';
import { showEvent } from './show-event.ts';

const help = `
<key> is a full event key, its beginning, or the beginning of the 32 digits at its end, as long as
only one event begins so. It is looked for on the queue (live lane with every partition, replay
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
