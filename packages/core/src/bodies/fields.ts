import { isJsonObject, type JsonObject } from '../events/recognise.ts';

/**
 * How fields are read. Sinch writes "" for absent, changes shapes between versions, and adds
 * fields and values without notice: a field that is not as expected counts as absent and never
 * makes an event fail, and fields that are not named here are kept as they are.
 *
 * Plain functions and no schemas: nothing is ever refused here, so there is no error to describe,
 * and every event is read at the full rate of the queue.
 */
export type Reader<T> = (value: unknown) => T;

/** What a reader makes of a value. */
export type Read<R> = R extends Reader<infer T> ? T : never;

type Shape = Readonly<Record<string, Reader<unknown>>>;

/** An object with these fields, each of which may be absent, and any others. */
type Section<S extends Shape> = { readonly [K in keyof S]?: Read<S[K]> } & JsonObject;

/** A text; "" counts as absent. Also used for sets that Sinch may extend, such as statuses. */
export const text: Reader<string | undefined> = (value) =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const flag: Reader<boolean | undefined> = (value) =>
  typeof value === 'boolean' ? value : undefined;

/** Any JSON object, kept as it is. */
export const jsonObject: Reader<JsonObject | undefined> = (value) =>
  isJsonObject(value) ? value : undefined;

/** The texts in a list; whatever else is in it is passed over. */
export const textList: Reader<readonly string[] | undefined> = (value) =>
  Array.isArray(value) ? value.filter((item) => text(item) !== undefined) : undefined;

/** An object with these fields and any others; an empty one where there is none. */
export function section<S extends Shape>(shape: S): Reader<Section<S>> {
  const fields = Object.entries(shape);
  return (value) => {
    const found: Record<string, unknown> = isJsonObject(value) ? { ...value } : {};
    for (const [name, read] of fields) {
      if (Object.hasOwn(found, name)) found[name] = read(found[name]);
    }
    // What each reader returns is what the shape says of its field.
    return found as Section<S>;
  };
}

/** The same, where it may be absent. */
export function optionalSection<S extends Shape>(shape: S): Reader<Section<S> | undefined> {
  const read = section(shape);
  return (value) => (isJsonObject(value) ? read(value) : undefined);
}

/** A list of objects with these fields; whatever is no object is passed over. */
export function sectionList<S extends Shape>(shape: S): Reader<readonly Section<S>[] | undefined> {
  const item = optionalSection(shape);
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const members = value.map((member: unknown) => item(member));
    return members.filter((member) => member !== undefined);
  };
}

const channelIdentity = optionalSection({ channel: text, identity: text, app_id: text });

/** Callbacks of 2020 have a plain `channel` where later ones have `channel_identity`. */
export const channelFields = { channel: text, channel_identity: channelIdentity };

/** Why something failed; `""` in delivery reports of 2020. */
export const reason = optionalSection({
  code: text,
  description: text,
  sub_code: text,
  channel_code: text,
});
