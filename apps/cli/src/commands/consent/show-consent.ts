import { type ConsentAnswer, findConsent } from '@sinch-callbacks/db';
import { consentQuestionOf } from '@sinch-callbacks/operations';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { consentLines } from './consent-lines.ts';

/** `callbacks consent <number or contact>`: whether it may be written to, and by which words. */
export async function showConsent(session: Session, text: string): Promise<ExitCode> {
  const { terminal } = session;
  const question = consentQuestionOf(text);
  const found = await session.withDatabase((database) => findConsent(database, question));
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
