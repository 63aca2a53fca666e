import { eventKey, readSinchEvent } from '@sinch-callbacks/core';
import type { HandlerEvent } from '../api/handler-event.ts';

/**
 * Reads a body as a handler receives it, for tests.
 * @param body an object, or its JSON as Sinch sends it.
 * @throws TypeError for a body that is no callback of a known trigger.
 */
export function readTestEvent(body: object | string, receivedAt: Date = new Date()): HandlerEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const reading = readSinchEvent(text);
  if (reading.kind !== 'known') {
    throw new TypeError(`the body is ${reading.kind}: none of the triggers that Sinch documents`);
  }
  const rawBody = Buffer.from(text);
  const { trigger, entityId } = reading.event;
  return {
    ...reading.event,
    eventKey: eventKey(trigger, entityId, rawBody),
    receivedAt: receivedAt.toISOString(),
    rawBody,
  };
}
