import { createHmac } from 'node:crypto';
import { normaliseIdentity } from '@sinch-callbacks/core';

/** A kind of value that the keyed list recognises. */
export type ErasedKind = 'identity' | 'contact' | 'message' | 'email' | 'external-id';

/** The keyed digests of one ERASURE_KEY. It is never stored in the database. */
export interface ErasureKeys {
  /** Returns 64 hexadecimal digits. */
  digest(kind: ErasedKind, value: string): string;
  /**
   * Returns the spelling of an identity in the consents of an erased person. One that is spelt so
   * already is returned as it is.
   */
  erasedSpelling(identity: string): string;
}

export const erasedPrefix = 'erased:';

/** @param secret the value of ERASURE_KEY. */
export function createErasureKeys(secret: string): ErasureKeys {
  const digest = (kind: ErasedKind, value: string) =>
    createHmac('sha256', secret).update(`${kind}\u0000${value}`).digest('hex');
  return {
    digest,
    erasedSpelling: (identity) =>
      identity.startsWith(erasedPrefix)
        ? identity
        : `${erasedPrefix}${digest('identity', asDigested(identity))}`,
  };
}

/**
 * The form in which an identity is digested. A number is the same person on each channel, and one
 * that a channel without phone numbers writes with a plus too.
 */
export function asDigested(identity: string): string {
  return normaliseIdentity('SMS', identity);
}
