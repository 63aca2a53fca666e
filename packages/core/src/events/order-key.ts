import type { SinchEvent } from '../bodies/sinch-event.ts';
import { boundedText } from '../values/bounded-text.ts';
import { normaliseIdentity } from '../values/identity.ts';
import { storableText } from '../values/storable-json.ts';
import { subjectOf } from './subject.ts';

/** The first thing that a key is made of; the ones after it count where an event has none. */
export type OrderKeySource = 'conversation' | 'contact' | 'identity';

/**
 * Returns the key of an event's conversation: handlers run one event of a key at a time.
 *
 * It is `conversation:<id>`, else `contact:<id>`, else `identity:<channel>:<identity>` with one
 * spelling of a phone number; `undefined` for an event that concerns no person. It is bounded, and
 * a Postgres text column accepts it. Two callbacks of one person have different keys where one of
 * them names a conversation and the other does not.
 * @param source leaves out what comes before it.
 */
export function orderKeyOf(
  event: SinchEvent,
  source: OrderKeySource = 'conversation',
): string | undefined {
  const { conversationId, contactId, channel, identity } = subjectOf(event);
  if (source === 'conversation' && conversationId !== undefined)
    return keyOf(`conversation:${conversationId}`);
  if (source !== 'identity' && contactId !== undefined) return keyOf(`contact:${contactId}`);
  if (channel === undefined || identity === undefined) return undefined;
  return keyOf(`identity:${withoutColon(channel)}:${normaliseIdentity(channel, identity)}`);
}

function keyOf(text: string): string {
  return boundedText(storableText(text));
}

/** Escapes the separator, so that the channel ends at the first one. */
function withoutColon(channel: string): string {
  return channel.replaceAll('%', '%25').replaceAll(':', '%3A');
}
