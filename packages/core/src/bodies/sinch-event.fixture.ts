import type { MessageEvent } from './content/content-as-sent.ts';
import { readSinchEvent, type SinchEvent } from './sinch-event.ts';

/**
 * Reads the event of a body.
 * @throws when its trigger is unknown.
 */
export function read(body: object | string): SinchEvent {
  const reading = readSinchEvent(typeof body === 'string' ? body : JSON.stringify(body));
  if (reading.kind !== 'known') throw new Error(`${reading.kind}, not known`);
  return reading.event;
}

/** Reads a delivery report with these fields. */
export function report(fields: object, envelope: object = {}) {
  const event = read({ ...envelope, message_delivery_report: fields });
  if (event.trigger !== 'MESSAGE_DELIVERY') throw new Error(event.trigger);
  return event;
}

/**
 * Reads the event of a body that carries a message.
 * @throws when it carries none.
 */
export function messageOf(body: object | string): MessageEvent {
  const event = read(body);
  if (
    event.trigger !== 'MESSAGE_INBOUND' &&
    event.trigger !== 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION' &&
    event.trigger !== 'MESSAGE_SUBMIT'
  ) {
    throw new Error(event.trigger);
  }
  return event;
}
