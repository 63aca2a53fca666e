import { boundedText, readTypedIdentity } from '@sinch-callbacks/core';
import type { ConsentQuestion, ErasureKeys, FindQuestion } from '@sinch-callbacks/db';
import { readTypedKey } from './typed-key.ts';

const fewestDigits = 4;
/** A phone number has fewer digits. */
const digitsOfNoNumber = 16;
const decimalAlone = /^\d+$/;

/** Prepares a search for what a person typed: a number, an id, metadata or an event key. */
export function findQuestionOf(text: string): Omit<FindQuestion, 'limit' | 'withText'> {
  const typed = text.trim();
  const key = typed.length < fewestDigits ? undefined : readTypedKey(typed);
  return {
    text,
    id: boundedText(typed),
    identities: readTypedIdentity(typed).identities,
    key,
    isKeyUnlikely: decimalAlone.test(typed) && typed.length < digitsOfNoNumber,
  };
}

/**
 * Prepares the look-up of a consent for what a person typed: a number or a contact's id.
 * @param keys find the consents of people who were erased too.
 */
export function consentQuestionOf(text: string, keys?: ErasureKeys): ConsentQuestion {
  const typed = readTypedIdentity(text);
  const erased = new Set(keys ? typed.identities.map((one) => keys.erasedSpelling(one)) : []);
  return {
    identities: [...typed.identities, ...erased],
    isMeant: (channel, identity) => erased.has(identity) || typed.means(channel, identity),
    contactId: boundedText(text.trim()),
  };
}
