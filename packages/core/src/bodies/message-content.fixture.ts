import type { MessageEvent } from './content/content-as-sent.ts';
import { readSinchEvent } from './sinch-event.ts';

/**
 * Reads the event of a body that carries a message.
 * @throws when it carries none.
 */
export function messageOf(body: unknown): MessageEvent {
  const reading = readSinchEvent(typeof body === 'string' ? body : JSON.stringify(body));
  if (reading.kind !== 'known') throw new Error(`${reading.kind}, not known`);
  const { event } = reading;
  switch (event.trigger) {
    case 'MESSAGE_INBOUND':
    case 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION':
    case 'MESSAGE_SUBMIT':
      return event;
    default:
      throw new Error(event.trigger);
  }
}
