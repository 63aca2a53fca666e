import { isJsonObject, type JsonObject } from '../../events/json-object.ts';
import { rawSection, type SinchEventOf } from '../sinch-event.ts';

/** An event that carries a message of a contact or to one. */
export type MessageEvent = SinchEventOf<
  'MESSAGE_INBOUND' | 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION' | 'MESSAGE_SUBMIT'
>;

/** Members beside the one that holds the message. */
export const besideTheMessage: ReadonlySet<string> = new Set([
  'reply_to',
  'agent',
  'message_id',
  'explicit_channel_message',
  'explicit_channel_omni_message',
]);

/**
 * Returns the content of a message with all its members, known or not. A redaction's is without the
 * members that may quote the removed text.
 */
export function contentAsSent(
  event: Pick<MessageEvent, 'trigger' | 'raw'>,
): JsonObject | undefined {
  const isSubmitted = event.trigger === 'MESSAGE_SUBMIT';
  const content = rawSection(event)[isSubmitted ? 'submitted_message' : 'contact_message'];
  if (!isJsonObject(content)) return undefined;
  const isRedacted = event.trigger === 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION';
  return isRedacted ? redacted(content, 0) : content;
}

/** A member that may quote the removed text. */
const originalMember = 'original_text';
/** No message is nested as deep; without a bound, a body made for it would exhaust the stack. */
const maxContentDepth = 1_000;

function redacted(content: JsonObject, depth: number): JsonObject {
  if (depth === maxContentDepth) return {};
  return Object.fromEntries(
    Object.entries(content)
      .filter(([name]) => name !== originalMember)
      .map(([name, value]) => [name, isJsonObject(value) ? redacted(value, depth + 1) : value]),
  );
}
