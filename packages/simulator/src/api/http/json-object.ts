/** A JSON object whose members are not checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a member that is a text, or `''`: the API treats an empty text as absent. */
export function textIn(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value : '';
}

/** Returns a member that is a list, or an empty one. */
export function listIn(object: JsonObject, name: string): readonly unknown[] {
  const value = object[name];
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Returns a member that is an object, or an empty one. */
export function objectIn(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}

/** Describes why an optional member is no text of at most so many characters. */
export function textProblem(
  object: JsonObject,
  name: string,
  longest = Number.POSITIVE_INFINITY,
): string | undefined {
  const value = object[name] ?? '';
  if (typeof value !== 'string') return `${name} must be a string`;
  return value.length > longest ? `${name} must be at most ${longest} characters` : undefined;
}

/** Describes why an optional member is none of these texts. */
export function choiceProblem(
  object: JsonObject,
  name: string,
  choices: readonly string[],
): string | undefined {
  const value = object[name] ?? choices[0];
  if (typeof value === 'string' && choices.includes(value)) return undefined;
  return `${name} must be one of ${choices.join(', ')}`;
}

/** Parses a text that holds one JSON object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
