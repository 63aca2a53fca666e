import { canonicalJson } from '../values/exact-json.ts';
import type { JsonObject } from './json-object.ts';
import { encodeRawBody, type RawBody } from './raw-body.ts';

/**
 * The head of a body that was made of what Sinch keeps. No callback of Sinch begins with it, so such
 * a body is never the bytes, and its event never the same event, as that of a callback. It is part
 * of the body because that stays with an event everywhere: in queues, tables and replays.
 */
const head = '{"callbacks_origin":"RECONCILED",';

/**
 * Makes the body of a reconciled event. The same members give the same bytes, in whatever order they
 * are, so that repeating it makes the same event.
 * @param members one or more: the envelope and the trigger's own part, as a callback has them.
 */
export function reconciledBody(members: JsonObject): RawBody {
  return encodeRawBody(Buffer.from(head + canonicalJson(members).slice(1)));
}

/** Checks a body for its origin: it was reconciled, and Sinch did not send it. */
export function isReconciled({ encoding, text }: RawBody): boolean {
  return encoding === 'utf8' && text.startsWith(head);
}
