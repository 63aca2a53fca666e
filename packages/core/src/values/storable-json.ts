import { keepNumber, parseWithSource, rawNumberText } from './exact-json.ts';

/**
 * Makes a JSON text that Postgres can store: jsonb refuses NUL and lone surrogates, which JSON
 * allows as escapes. Both become U+FFFD in the copy; the raw body keeps what Sinch sent.
 *
 * Texts without such an escape, which nearly all are, are returned unchanged. Numbers stay exact.
 * @throws RangeError when the text needs the change and is nested too deep to rewrite.
 */
export function storableJson(jsonText: string): string {
  if (!suspiciousEscape.test(jsonText)) return jsonText;
  return JSON.stringify(
    parseWithSource(jsonText, (key, value, context) =>
      storableValue(keepNumber(key, value, context)),
    ),
  );
}

const suspiciousEscape = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (rawNumberText(value) !== undefined) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [storableText(key), member]),
  );
}

/** Makes a text that a Postgres text column accepts. */
export function storableText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}
