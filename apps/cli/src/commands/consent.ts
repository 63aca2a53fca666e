import type { Command } from 'commander';
import type { Host } from '../session.ts';
import { showConsent } from './consent/show-consent.ts';

const help = `
A number is found in any spelling, with its country's code: +46 70-123 45 67, 0046701234567. What
is no number is looked up as it was sent. A contact is found by any of the ids that were merged
into it, and shown on every identity that it ever had.

The latest word about an identity counts, or the latest about a contact that has it, whichever is
later; out wins ties. Words that change nothing, because they failed or grant nothing, are listed
with - under EFFECT.

Exit codes:
  0  opted in on everything that is shown
  1  opted out on some of it
  4  nothing is known, which is no consent

With --json: {answer: OPTED_IN | OPTED_OUT | UNKNOWN, identities, contactId, consents: [{appId,
channel, identity, contactId, state, since, words: [{kind, status, effect, since, happenedAt,
receivedAt, requestId, eventKey, …}]}], otherWords}.

Examples:
  $ callbacks consent +46701234567
  $ callbacks consent 01JDCONTACT --json | jq '.consents[] | {channel, state, since}'
`;

/** `callbacks consent <number or contact>` */
export function addConsentCommand(program: Command, host: Host): void {
  program
    .command('consent')
    .summary('may I write to this number or contact, and why?')
    .description('Show whether a number or contact opted in or out, and every word behind it.')
    .argument(
      '<number or contact>',
      'a phone number, an identity as Sinch sends it, or a contact id',
    )
    .addHelpText('after', help)
    .action(async (text: string, _options: object, command: Command) => {
      await host.run(command, (session) => showConsent(session, text));
    });
}
