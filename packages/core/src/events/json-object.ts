import { rawNumberText } from '../values/exact-json.ts';

/** A parsed JSON object, with nothing assumed about its values. */
export type JsonObject = { readonly [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return rawNumberText(value) === undefined;
}

/**
 * Checks that a member of a oneof has a value. Serialisers may write absent members as null, {} or
 * "".
 */
export function hasValue(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  return !isJsonObject(value) || Object.keys(value).length > 0;
}

/**
 * Returns the name of the member that has a value; where none has, that of a member that is an
 * empty object, or else the first name.
 */
export function memberOf(oneOf: JsonObject): string | undefined {
  const names = Object.keys(oneOf);
  return (
    names.find((name) => hasValue(oneOf[name])) ??
    names.find((name) => isJsonObject(oneOf[name])) ??
    names[0]
  );
}
