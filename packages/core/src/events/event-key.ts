import { hash } from 'node:crypto';
import { boundedText } from '../values/bounded-text.ts';
import { storableText } from '../values/storable-json.ts';
import type { Trigger } from './triggers.ts';

/** The identity of a callback: `TRIGGER.<entity id>.<digest of the raw body>`. */
export type EventKey = string;

const unsafeInKey = /[^A-Za-z0-9_-]/g;
const maxEntityLength = 64;
/** Half of a SHA-256: 16 bytes, as the tables hold it. */
const digestDigits = 32;
const noEntity = '-';

/**
 * Builds the event key. It holds letters, digits, `_`, `-` and `.` only, so that it can be a file
 * name and a shell argument. BullMQ refuses `:` in a job id.
 *
 * The digest is the first half of SHA-256 of the raw bytes. The entity id is there for people: it
 * may be shortened, and two events still never share a key.
 */
export function eventKey(
  trigger: Trigger,
  entityId: string | undefined,
  rawBody: Uint8Array,
): EventKey {
  return eventKeyOf(trigger, entityId, digestOfRawBody(rawBody));
}

/** Builds the key of an event whose digest is known, such as one in a table. */
export function eventKeyOf(
  trigger: Trigger,
  entityId: string | undefined,
  digest: string,
): EventKey {
  const entity = entityId?.replace(unsafeInKey, '_').slice(0, maxEntityLength) || noEntity;
  return `${trigger}.${entity}.${digest}`;
}

/** Computes the digest that identifies an event whatever its trigger: 32 hexadecimal digits. */
export function digestOfRawBody(rawBody: Uint8Array): string {
  return hash('sha256', rawBody, 'hex').slice(0, digestDigits);
}

/** Returns the digest at the end of an event key, 32 hexadecimal digits. */
export function digestOfEventKey(key: EventKey): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/**
 * Bounds an id from a body so that it can be stored, indexed and shown. It serves searches only:
 * the digest in the key is what distinguishes events.
 */
export function boundedEntityId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : boundedText(storableText(id)) || undefined;
}
