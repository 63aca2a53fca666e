import { createHash } from 'node:crypto';

/** Long enough to distinguish errors; an error text may quote a whole body. */
const maxTextLength = 2_000;
const digits = 12;

/**
 * Computes the fingerprint that dead letters with the same cause share: 12 hexadecimal digits of
 * their error class and error text. Codes such as `SQLSTATE 23505` count. Ids, numbers, event keys,
 * addresses and quoted values do not, so a thousand events that fail alike are one group.
 */
export function errorFingerprint(errorClass: string, message: string): string {
  const text = `${errorClass}\n${normalisedText(message)}`;
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/**
 * Patterns of values that differ from event to event. The order matters: a quoted text may hold
 * anything, an event key holds an id, an id holds digits. A name that Postgres quotes after its
 * kind, as in `constraint "message_pkey"`, distinguishes errors and stays.
 */
const replacements: readonly (readonly [pattern: RegExp, by: string])[] = [
  [/\b(SQLSTATE) (\w{5})\b/g, '$1 ⟨$2⟩'],
  [/\b(constraint|relation|column|table|index|function|type|trigger|schema) "([^"]*)"/g, '$1 ⟨$2⟩'],
  [/=\([^)]*\)/g, '=(…)'],
  [/"[^"]*"|“[^”]*”|«[^»]*»|`[^`]*`/g, '…'],
  [/(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu, '…'],
  [/\b[A-Z_]+\.[\w-]{1,64}\.[0-9a-f]{32}\b/g, '…'],
  [/[^\s@]{1,64}@[^\s@]{1,255}/g, '…'],
];

/** A number, or a text with a digit: ULIDs, UUIDs, hashes, phone numbers, positions. */
const numberedWord = /[\p{L}\p{N}_+-]*\p{N}[\p{L}\p{N}_+-]*/gu;
const kept = /⟨[^⟨⟩]*⟩/g;

function normalisedText(message: string): string {
  let text = message.slice(0, maxTextLength);
  for (const [pattern, by] of replacements) text = text.replaceAll(pattern, by);
  return outside(kept, text, (part) => part.replaceAll(numberedWord, '#'))
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Changes what lies between the matches of a pattern. */
function outside(pattern: RegExp, text: string, change: (part: string) => string): string {
  let result = '';
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    result += change(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return result + change(text.slice(from));
}
