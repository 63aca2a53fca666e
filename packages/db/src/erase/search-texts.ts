import { asDigested } from './erasure-keys.ts';

/** The texts by which an erasure finds a person, in tables and in queues alike. */
export interface SearchTexts {
  /** Numbers with their country's code, as digits: they are found in any spelling. */
  readonly numbers: readonly string[];
  /** These are found as they are, as whole words, in any case. */
  readonly texts: readonly string[];
  /** Ids of the person's contacts, of letters and digits. They are found in bodies alone. */
  readonly ids: readonly string[];
  /** These may stand for anything in the texts of others. They are compared with whole columns. */
  readonly words: readonly string[];
}

/** What a person is known by. */
interface Known {
  readonly contacts: readonly string[];
  readonly identities: readonly string[];
  readonly emails: readonly string[];
  readonly externalIds: readonly string[];
}

/** A shorter run of digits, with separators, is a date or a time more often than a number. */
const minSpeltDigits = 9;
/**
 * A shorter run of digits is a code, a price or a fraction of a second more often than a person.
 */
const minLiteralDigits = 7;
/** A shorter text may be a part of any other one. */
const minSearched = 6;
/** A text of this length is hardly a word of everyday. */
const minUnlikelyWord = 16;
const digitsOnly = /^\d+$/;
const idOfSinch = /^(?!\d+$)[0-9A-Za-z]+$/;
const addressLike = /[^@\s]@[^@\s]/;

/**
 * Sorts what is known of a person by how it may be searched for. What identifies no one, such as an
 * id `message` or an address `unknown`, is a word: in texts it would find everyone.
 */
export function searchTextsOf({ contacts, identities, emails, externalIds }: Known): SearchTexts {
  const numbers = new Set<string>();
  const texts = new Set<string>();
  const words = new Set<string>();
  for (const identity of identities) {
    const digested = asDigested(identity);
    if (!digitsOnly.test(digested)) (isTelling(identity) ? texts : words).add(identity);
    else if (digested.length >= minSpeltDigits) numbers.add(digested);
    else (digested.length >= minLiteralDigits ? texts : words).add(digested);
  }
  for (const email of emails) (addressLike.test(email) ? texts : words).add(email);
  // A number of an order or of a customer stands in other people's times, prices and codes.
  for (const id of externalIds) {
    (isTelling(id) && !digitsOnly.test(id) ? texts : words).add(id);
  }
  const ids = contacts.filter((id) => isTelling(id) && idOfSinch.test(id));
  return { numbers: [...numbers], texts: [...texts], ids, words: [...words] };
}

/** False where it may be a word of other people's texts, or a part of one. */
function isTelling(text: string): boolean {
  if (text.length < minSearched) return false;
  return text.length >= minUnlikelyWord || /[\d@]/.test(text);
}
