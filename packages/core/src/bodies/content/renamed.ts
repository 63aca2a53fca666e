import { isJsonObject } from '../../events/json-object.ts';
import type { Read, Reader, Shape } from '../fields.ts';

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

type Renamed<S extends Shape> = { readonly [K in keyof S & string as Camel<K>]: Read<S[K]> };

/**
 * Reads an object whose fields get their names in camel case. Every field is there, `undefined`
 * where it has no value; a value that is no object has none.
 */
export function renamed<S extends Shape>(shape: S): Reader<Renamed<S>> {
  const fields = Object.entries(shape).map(
    ([name, read]) => [name, inCamelCase(name), read] as const,
  );
  return (value) => {
    const object = isJsonObject(value) ? value : {};
    const read = fields.map(([name, newName, field]) => [newName, field(object[name])] as const);
    // The shape declares the type that each reader returns.
    return Object.fromEntries(read) as Renamed<S>;
  };
}

function inCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Reads an object, and nothing else. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value) => (isJsonObject(value) ? read(value) : undefined);
}

/** Reads the objects in a list; a value that is no list has none. */
export function listOf<T>(read: Reader<T | undefined>): Reader<readonly T[]> {
  return (value) => {
    const objects = Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
    return objects.map((item) => read(item)).filter((item) => item !== undefined);
  };
}

/** Reads the members of an object under names that Sinch does not fix, such as channels. */
export function membersOf<T>(read: Reader<T | undefined>): Reader<Readonly<Record<string, T>>> {
  return (value) => {
    const members = isJsonObject(value) ? Object.entries(value) : [];
    return Object.fromEntries(
      members.flatMap(([name, member]) => {
        const found = read(member);
        return found === undefined ? [] : [[name, found]];
      }),
    );
  };
}
