import {
  type Consent,
  type ConsentAnswer,
  type ConsentEvent,
  type ErasureKeys,
  findConsent,
} from '@sinch-callbacks/db';
import { consentQuestionOf } from '@sinch-callbacks/operations';
import { requireErasureKeys } from '@sinch-callbacks/outbound';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Host, Session } from '../session.ts';
import { erasureKeysOf } from '../settings/erasure-keys-of.ts';
import { cellText, oneLine, showInstant, tableLines } from '../terminal/format.ts';

const help = `
A number is found in any spelling, with its country's code: +46 70-123 45 67, 0046701234567. What
is no number is looked up as it was sent. A contact is found by any of the ids that were merged
into it, and shown on every identity that it ever had.

The latest word about an identity counts, or the latest about a contact that has it, whichever is
later; out wins ties. Words that change nothing, because they failed or grant nothing, are listed
with - under EFFECT.

Where people were erased, it needs ERASURE_KEY: their opt-outs are found by it alone.

Exit codes:
  0  opted in on everything that is shown
  1  opted out on some of it
  2  people were erased, and ERASURE_KEY is not set: an opt-out could be missed
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

async function showConsent(session: Session, text: string): Promise<ExitCode> {
  const { terminal } = session;
  const keys = erasureKeysOf(await session.readSettings());
  const question = consentQuestionOf(text, keys);
  const found = await session.withDatabase(async (database) => {
    const latest = withLatestWords(await findConsent(database, question), keys);
    // An opt-out from before an erasure is stored under a digest: nothing else may be claimed.
    if (answerOf(latest) !== 'OPTED_OUT') await requireErasureKeys(database.prisma, keys);
    return latest;
  });
  const answer = answerOf(found);
  terminal.document({ answer, ...found });
  for (const line of consentLines(found)) terminal.print(line);
  switch (answer) {
    case 'OPTED_IN':
      return exitCodes.ok;
    case 'OPTED_OUT':
      return exitCodes.failed;
    case 'UNKNOWN':
      session.io.stderr.write(`${whyUnknown(found)}: nothing is known, which is no consent\n`);
      return exitCodes.unknown;
  }
}

/** Leaves out what a person said before an erasure, where the same number has said more since. */
function withLatestWords(answer: ConsentAnswer, keys: ErasureKeys | undefined): ConsentAnswer {
  if (keys === undefined) return answer;
  const placeOf = ({ appId, channel, identity }: Consent) =>
    JSON.stringify([appId, channel, identity && keys.erasedSpelling(identity)]);
  const places = Map.groupBy(answer.consents, placeOf);
  const consents = answer.consents.filter((consent) => {
    const others = places.get(placeOf(consent)) ?? [];
    return others.every(({ since }) => since <= consent.since);
  });
  return { ...answer, consents };
}

type Answer = 'OPTED_IN' | 'OPTED_OUT' | 'UNKNOWN';

function answerOf({ consents }: ConsentAnswer): Answer {
  if (consents.length === 0) return 'UNKNOWN';
  return consents.some(({ state }) => state === 'OPTED_OUT') ? 'OPTED_OUT' : 'OPTED_IN';
}

function whyUnknown({ identities, contactId, otherWords }: ConsentAnswer): string {
  if (otherWords.length > 0) return 'none of its opt-ins and opt-outs took effect';
  if (identities.length > 0 || contactId !== undefined) return 'no opt-in or opt-out of it came';
  return 'no callback has named this number, identity or contact';
}

/** Formats the answer: what was looked up, a line for each consent, then the words behind them. */
function consentLines(answer: ConsentAnswer): string[] {
  const { identities, contactId, consents, otherWords } = answer;
  const words = new Map(
    [...consents.flatMap((consent) => consent.words), ...otherWords].map((word) => [
      word.eventKey,
      word,
    ]),
  );
  const takenFor = [
    ...identities.map((identity) => `identity ${oneLine(identity)}`),
    ...(contactId === undefined ? [] : [`contact ${oneLine(contactId)}`]),
  ];
  return [
    ...takenFor,
    ...(consents.length > 0 ? ['', ...consentTable(consents)] : []),
    ...(words.size > 0 ? ['', 'Opt-ins and opt-outs', ...wordTable([...words.values()])] : []),
  ];
}

function consentTable(consents: readonly Consent[]): string[] {
  const rows = consents.map(({ state, since, channel, identity, appId, contactId }) => [
    state,
    showInstant(since),
    cellText(channel),
    cellText(identity),
    cellText(appId),
    cellText(contactId),
  ]);
  return tableLines(['STATE', 'SINCE', 'CHANNEL', 'IDENTITY', 'APP', 'CONTACT'], rows);
}

function wordTable(words: readonly ConsentEvent[]): string[] {
  const rows = words
    .toSorted((one, other) => other.since.getTime() - one.since.getTime())
    .map((word) => [
      showInstant(word.since),
      word.kind,
      cellText(word.status),
      word.effect ?? '-',
      cellText(word.channel),
      cellText(word.identity),
      cellText(word.requestId),
      oneLine(word.eventKey),
    ]);
  const head = ['WHEN', 'KIND', 'STATUS', 'EFFECT', 'CHANNEL', 'IDENTITY', 'REQUEST', 'EVENT'];
  return tableLines(head, rows);
}
