import { parseExactly } from '@sinch-callbacks/core';

/**
 * Removes matching texts from JSON and keeps its form, so that what reads it still can. A text that
 * is no JSON is removed as a whole. A text that does not match is returned as it is.
 */
export function redactJson(text: string, matches: (text: string) => boolean): string {
  if (!matches(text)) return text;
  const value = parsed(text);
  if (value === undefined) return redactedText;
  const redacted = JSON.stringify(redactValue(value, matches));
  // A text that only the members together spell.
  return matches(redacted) ? JSON.stringify(emptied(value)) : redacted;
}

/** The words in place of a text that was removed, as the tables have them. */
const redactedText = '(redacted)';

/** Removes matching texts, numbers and members' names from a value of JSON. */
export function redactValue(value: unknown, matches: (text: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => redactValue(each, matches));
  // A number that is kept as it was written is the only frozen object; its JSON is the number.
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) {
    return matches(typeof value === 'string' ? value : JSON.stringify(value))
      ? redactedText
      : value;
  }
  const members = Object.entries(value).filter(([name]) => !matches(name));
  return Object.fromEntries(members.map(([name, member]) => [name, redactValue(member, matches)]));
}

function emptied(value: unknown): unknown {
  return Array.isArray(value) ? [] : redactedText;
}

function parsed(text: string): unknown {
  try {
    return parseExactly(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
