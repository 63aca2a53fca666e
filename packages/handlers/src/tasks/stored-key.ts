import { hash } from 'node:crypto';

/** Hexadecimal digits: enough that two people never have one key. */
const digestDigits = 32;

/**
 * Returns the key under which a task is stored: one that is made of an identity becomes
 * `identity:<channel>:#<digest>`, which orders as well and shows no number. Ids of Sinch stay
 * readable. The function `stored_task_key` of the database does the same.
 */
export function storedKeyOf(key: string): string {
  const { kind, identity } = byIdentity.exec(key)?.groups ?? {};
  if (kind === undefined || identity === undefined) return key;
  return `${kind}#${hash('sha256', identity, 'hex').slice(0, digestDigits)}`;
}

const byIdentity = /^(?<kind>identity:[^:]*:)(?!#[0-9a-f]{32}$)(?<identity>.*)$/s;
