import { hash } from 'node:crypto';
import { boundedText } from '../values/bounded-text.ts';
import { storableText } from '../values/storable-json.ts';
import type { Trigger } from './triggers.ts';

/** What makes two callbacks the same one: `TRIGGER.<entity id>.<digest of the raw body>`. */
export type EventKey = string;

const unsafeInKey = /[^A-Za-z0-9_-]/g;
const maxEntityLength = 64;
/** Half of a SHA-256: 16 bytes, as the tables hold it. */
const digestDigits = 32;
const noEntity = '-';

/**
 * Builds the event key. It holds letters, digits, `_`, `-` and `.` only, so that it can be a
 * BullMQ job id (which refuses `:`), a file name and a word in a shell.
 *
 * The digest is the first half of SHA-256 of the raw bytes: the entity id is there for people, so
 * it may be shortened without two events ever sharing a key.
 */
export function eventKey(
  trigger: Trigger,
  entityId: string | undefined,
  rawBody: Uint8Array,
): EventKey {
  return eventKeyOf(trigger, entityId, digestOfRawBody(rawBody));
}

/** The key of an event whose digest is known, such as one in a table. */
export function eventKeyOf(
  trigger: Trigger,
  entityId: string | undefined,
  digest: string,
): EventKey {
  const entity = entityId?.replace(unsafeInKey, '_').slice(0, maxEntityLength) || noEntity;
  return `${trigger}.${entity}.${digest}`;
}

/** What an event is recognised by, whatever its trigger is taken for: 32 hexadecimal digits. */
export function digestOfRawBody(rawBody: Uint8Array): string {
  return hash('sha256', rawBody, 'hex').slice(0, digestDigits);
}

/** The digest at the end of an event key, 32 hexadecimal digits. */
export function digestOfEventKey(key: EventKey): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/**
 * An id from a body as it can be stored, indexed and shown. Only for finding events again: what
 * makes them distinct is the digest in their key.
 */
export function boundedEntityId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : boundedText(storableText(id)) || undefined;
}
