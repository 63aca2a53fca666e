import { isJsonObject, type JsonObject } from '../events/json-object.ts';
import { boundedText } from '../values/bounded-text.ts';
import { rawNumberText } from '../values/exact-json.ts';

/**
 * A function that reads one field. Sinch writes "" for absent, changes shapes between versions, and
 * adds fields and values without notice. A field of an unexpected type therefore counts as absent
 * and never makes an event fail. A field that has no reader is not read: it stands in the raw body.
 *
 * These are plain functions, not schemas: a reader refuses nothing, so there is no error to
 * describe, and every event is read at the full rate of the queue.
 */
export type Reader<T> = (value: unknown) => T;

/** The type that a reader returns. */
export type Read<R> = R extends Reader<infer T> ? T : never;

/** The fields of an object, each with its reader. */
export type Shape = Readonly<Record<string, Reader<unknown>>>;

/** An object with these fields alone, each of which may be absent: a misspelt one is an error. */
type Section<S extends Shape> = { readonly [K in keyof S]?: Read<S[K]> };

/** A text of any length; "" counts as absent. */
export const text: Reader<string | undefined> = (value) =>
  typeof value === 'string' && value !== '' ? value : undefined;

/**
 * An id, identity or channel, or a value of a set that Sinch may extend, such as a status:
 * bounded, so that an index takes it.
 */
export const shortText: Reader<string | undefined> = (value) =>
  typeof value === 'string' && value !== '' ? boundedText(value) : undefined;

/** A time as it was written, or as the text of a number. It may be unreadable. */
export const time: Reader<string | undefined> = (value) => {
  if (typeof value === 'number') return String(value);
  return rawNumberText(value) ?? text(value);
};

/** A text that may hold JSON, such as metadata; where JSON itself is sent, its text. */
export const textOrJson: Reader<string | undefined> = (value) =>
  isJsonObject(value) ? JSON.stringify(value) : text(value);

/** A number as a double, which may round it. */
export const decimal: Reader<number | undefined> = (value) => {
  const number = typeof value === 'number' ? value : Number(rawNumberText(value));
  return Number.isFinite(number) ? number : undefined;
};

export const flag: Reader<boolean | undefined> = (value) =>
  typeof value === 'boolean' ? value : undefined;

/** Any JSON object, kept as it is. */
export const jsonObject: Reader<JsonObject | undefined> = (value) =>
  isJsonObject(value) ? value : undefined;

/** The texts in a list; other members are skipped. */
export const shortTextList: Reader<readonly string[] | undefined> = (value) =>
  Array.isArray(value)
    ? value.map((item: unknown) => shortText(item)).filter((item) => item !== undefined)
    : undefined;

/**
 * Reads an object with these fields and leaves out all others; returns an empty one where there is
 * none. A field that is present and has no usable value is `undefined`.
 */
export function section<S extends Shape>(shape: S): Reader<Section<S>> {
  const fields = Object.entries(shape);
  return (value) => {
    const found: Record<string, unknown> = {};
    if (isJsonObject(value)) {
      for (const [name, read] of fields) {
        const field = value[name];
        // JSON has no `undefined`, and no field has the name of a member that objects inherit.
        if (field !== undefined) found[name] = read(field);
      }
    }
    // The shape declares the type that each reader returns.
    return found as Section<S>;
  };
}

/** Reads an object like {@link section}; returns `undefined` where there is none. */
export function optionalSection<S extends Shape>(shape: S): Reader<Section<S> | undefined> {
  const read = section(shape);
  return (value) => (isJsonObject(value) ? read(value) : undefined);
}

/** Reads a list of objects with these fields; members that are no objects are skipped. */
export function sectionList<S extends Shape>(shape: S): Reader<readonly Section<S>[] | undefined> {
  const item = optionalSection(shape);
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const members = value.map((member: unknown) => item(member));
    return members.filter((member) => member !== undefined);
  };
}

const channelIdentity = optionalSection({
  channel: shortText,
  identity: shortText,
  app_id: shortText,
});

/** Callbacks of 2020 have a plain `channel` where later ones have `channel_identity`. */
export const channelFields = { channel: shortText, channel_identity: channelIdentity };

export const reasonShape = {
  code: shortText,
  description: text,
  sub_code: shortText,
  channel_code: shortText,
};

/** The reason of a failure; `""` in delivery reports of 2020. */
export const reason = optionalSection(reasonShape);
