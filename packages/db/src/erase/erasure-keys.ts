import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { normaliseIdentity } from '@sinch-callbacks/core';

/** A kind of value that someone else may have too. */
export type ShareableKind = 'identity' | 'email' | 'external-id';

/**
 * A kind of value that the keyed list recognises. `subject`: an id of a conversation, or of an
 * event. `shared-…`: a contact that is someone else had the value too.
 */
export type ErasedKind =
  | 'contact'
  | 'message'
  | 'subject'
  | ShareableKind
  | `shared-${ShareableKind}`;

/** The keyed digests of one ERASURE_KEY. It is never stored in the database. */
export interface ErasureKeys {
  /** Recognises the key and reveals nothing of it: 16 hexadecimal digits. */
  readonly keyId: string;
  /** Returns 64 hexadecimal digits. */
  digest(kind: ErasedKind, value: string): string;
  /**
   * Returns the spelling of an identity in the consents of an erased person. One that is spelt so
   * already is returned as it is.
   */
  erasedSpelling(identity: string): string;
  /** Encrypts a text for the database: what a running erasure needs after a kill. */
  seal(text: string): string;
  /** @throws an error where it was sealed with another key, or changed. */
  unseal(sealed: string): string;
}

/** The beginning of an identity in its keyed spelling. */
export const erasedPrefix = 'erased:';
const nonceBytes = 12;
const tagBytes = 16;
const keyIdDigits = 16;

/** @param secret the value of ERASURE_KEY. */
export function createErasureKeys(secret: string): ErasureKeys {
  const digest = (kind: ErasedKind, value: string) =>
    createHmac('sha256', secret).update(`${kind}\u0000${value}`).digest('hex');
  const sealing = Buffer.from(hkdfSync('sha256', secret, '', 'erasure progress', 32));
  return {
    keyId: createHmac('sha256', secret)
      .update('erasure key id')
      .digest('hex')
      .slice(0, keyIdDigits),
    digest,
    seal(text) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    unseal(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, nonceBytes));
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      const text = decipher.update(bytes.subarray(nonceBytes + tagBytes));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    },
    erasedSpelling: (identity) =>
      identity.startsWith(erasedPrefix)
        ? identity
        : `${erasedPrefix}${digest('identity', asDigested(identity))}`,
  };
}

/**
 * The form in which an identity is digested. A number is the same person on each channel, and so is
 * one that a channel without phone numbers writes with a plus, or one that begins with 00.
 */
export function asDigested(identity: string): string {
  return normaliseIdentity('SMS', identity).replace(abroad, '');
}

/** An international prefix before a number with its country's code. Postgres reads it alike. */
export const abroad = /^00(?=[1-9][0-9]{6,14}$)/;
