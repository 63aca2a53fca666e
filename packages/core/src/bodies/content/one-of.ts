import { hasValue, isJsonObject } from '../../events/json-object.ts';
import { boundedText } from '../../values/bounded-text.ts';
import type { Read, Reader, Shape } from '../fields.ts';

/** A member that Sinch has added since: its name, and its value as sent. */
export interface OtherMember {
  readonly kind: 'other';
  readonly name: string;
  readonly value: unknown;
}

type OneOf<Members extends Shape> = NonNullable<Read<Members[keyof Members]>> | OtherMember;

/**
 * Reads an object of which one member has a value. A known member is preferred, so that a field
 * that Sinch adds beside it hides nothing.
 * @param members the readers of the known members; one that finds nothing usable has no value.
 * @param beside names of members that are no part of the choice.
 */
export function oneOf<Members extends Shape>(
  members: Members,
  beside: ReadonlySet<string>,
): Reader<OneOf<Members> | undefined> {
  const known = new Map(Object.entries(members));
  return (value) => {
    if (!isJsonObject(value)) return undefined;
    const names = Object.keys(value).filter((name) => !beside.has(name) && hasValue(value[name]));
    for (const name of names) {
      const found = known.get(name)?.(value[name]);
      // The members declare the type that each reader returns.
      if (found !== undefined) return found as NonNullable<Read<Members[keyof Members]>>;
    }
    const other = names.find((name) => !known.has(name));
    if (other === undefined) return undefined;
    return { kind: 'other', name: boundedText(other), value: value[other] };
  };
}

/** Reads an object and adds its kind. */
export function tagged<const Kind extends string, T extends object>(
  kind: Kind,
  read: Reader<T | undefined>,
): Reader<({ readonly kind: Kind } & T) | undefined> {
  return (value) => {
    const found = isJsonObject(value) ? read(value) : undefined;
    return found && { kind, ...found };
  };
}
