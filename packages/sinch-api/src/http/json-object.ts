import { parseExactly } from '@sinch-callbacks/core';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses a JSON object, as it is: no text becomes a date, and a number that a double does not hold
 * is written again as it came. Returns `undefined` for any other text.
 */
export function readJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = parseExactly(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
