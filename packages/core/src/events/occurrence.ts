import { hash } from 'node:crypto';
import type { CallbackBody, SinchEvent } from '../bodies/sinch-event.ts';
import { canonicalJson } from '../values/exact-json.ts';

/**
 * The digest of one thing that happened: 32 hexadecimal digits. Sinch may send several callbacks
 * about it, in several serialisations; an event key is another one for each of them.
 */
export type Occurrence = string;

/** Half of a SHA-256, as in an event key. */
const digestDigits = 32;

/**
 * Computes the digest of the thing that an event is about: the same for every copy of it, whatever
 * the order of members, the spaces, and the notation of strings and numbers.
 *
 * An inbound message is identified by its id, a submitted one by id and channel, and a delivery
 * report by message, status and channel. All others, and those without such an id, are identified by
 * all that their body says.
 * @param event as read from the text that Sinch sent. A storable copy of that text may differ.
 * @param rawText that text. It stands in where the body is nested too deep for one form of it to be
 * written: copies of such a body are the same thing only where their texts are the same.
 */
export function occurrenceOf(event: SinchEvent, rawText: string): Occurrence {
  const { trigger, raw } = event;
  const content = identityOf(event) ?? [isTooDeep(raw) ? rawText : raw];
  // JSON keeps the parts apart, and tells a body from the text of one.
  return hash('sha256', canonicalJson([trigger, ...content]), 'hex').slice(0, digestDigits);
}

/** Returns the ids that Sinch gives the thing itself. */
function identityOf(event: SinchEvent): readonly (string | null)[] | undefined {
  const { trigger, body } = event;
  if (trigger === 'MESSAGE_INBOUND') return body.id === undefined ? undefined : [body.id];
  if (trigger === 'MESSAGE_SUBMIT') return identityOfSubmit(body);
  if (trigger !== 'MESSAGE_DELIVERY') return undefined;
  const { message_id: messageId, status, channel_identity: at } = body;
  if (messageId === undefined || status === undefined) return undefined;
  return [messageId, status, at?.channel ?? body.channel ?? null];
}

/** A submit repeats on each channel. What was reconciled and its callback agree on these alone. */
function identityOfSubmit({
  message_id: id,
  channel_identity: at,
  channel,
}: CallbackBody<'MESSAGE_SUBMIT'>) {
  return id === undefined ? undefined : [id, at?.channel ?? channel ?? null];
}

/** More levels could exhaust the stack, and at which of them depends on the caller. */
const maxCanonicalDepth = 500;

function isTooDeep(body: unknown): boolean {
  let level: readonly unknown[] = [body];
  for (let depth = 0; depth <= maxCanonicalDepth; depth += 1) {
    level = level.flatMap(partsOf);
    if (level.length === 0) return false;
  }
  return true;
}

function partsOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
