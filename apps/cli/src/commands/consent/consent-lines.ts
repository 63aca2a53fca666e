import type { Consent, ConsentAnswer, ConsentWord } from '@sinch-callbacks/db';
import { tableLines } from '../../terminal/table.ts';
import { oneLine, showInstant } from '../../terminal/text.ts';

/** The answer for people: what was looked up, a line for each consent, then the words behind them. */
export function consentLines(answer: ConsentAnswer): string[] {
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
    cell(channel),
    cell(identity),
    cell(appId),
    cell(contactId),
  ]);
  return tableLines(['STATE', 'SINCE', 'CHANNEL', 'IDENTITY', 'APP', 'CONTACT'], rows);
}

function wordTable(words: readonly ConsentWord[]): string[] {
  const rows = words
    .toSorted((one, other) => other.since.getTime() - one.since.getTime())
    .map((word) => [
      showInstant(word.since),
      word.kind,
      cell(word.status),
      word.effect ?? '-',
      cell(word.channel),
      cell(word.identity),
      cell(word.requestId),
      oneLine(word.eventKey),
    ]);
  const head = ['WHEN', 'KIND', 'STATUS', 'EFFECT', 'CHANNEL', 'IDENTITY', 'REQUEST', 'EVENT'];
  return tableLines(head, rows);
}

function cell(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : oneLine(text);
}
