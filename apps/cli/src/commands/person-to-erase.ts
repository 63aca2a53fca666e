import { readTypedIdentity } from '@sinch-callbacks/core';
import type { PersonKey } from '@sinch-callbacks/db';
import { UsageError } from '../failure.ts';

/** The options that name a person; exactly one of them is given. */
export interface PersonOptions {
  readonly phone?: string;
  readonly contact?: string;
  readonly externalId?: string;
  readonly email?: string;
}

/**
 * Reads who is named; undefined where no one is.
 * @throws UsageError where two are named, or none by an option that is there.
 */
export function namedPerson(options: PersonOptions): PersonKey | undefined {
  const given = [
    ['phone', options.phone],
    ['contact', options.contact],
    ['external-id', options.externalId],
    ['email', options.email],
  ] as const;
  const named = given.flatMap(([kind, value]) =>
    value === undefined ? [] : [{ kind, value: value.trim() }],
  );
  const blank = named.find(({ value }) => value === '');
  if (blank) throw new UsageError(`--${blank.kind} is blank`);
  if (named.length > 1) {
    throw new UsageError('name one person: --phone, --contact, --external-id or --email');
  }
  return named[0];
}

const number = /^[1-9]\d{6,14}$/;
const address = /^[^@\s]+@[^@\s]+$/;

/**
 * Refuses a key that cannot be a person's: what is erased once is on the list for good.
 * @throws UsageError that says what to give.
 */
export function requirePersonKey({ kind, value }: PersonKey): void {
  if (kind === 'phone' && !number.test(readTypedIdentity(value).numbers[0] ?? '')) {
    throw new UsageError(
      '--phone takes a number with its country’s code, as +46701234567; --contact takes an id',
    );
  }
  if (kind === 'email' && !address.test(value)) {
    throw new UsageError('--email takes an address, as name@example.com');
  }
}
