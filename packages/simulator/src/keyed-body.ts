import { eventKey, recognise, type Trigger } from '@sinch-callbacks/core';

/** A body as it is sent, with the key that its receiver gives it. */
export interface KeyedBody {
  readonly key: string;
  readonly trigger: Trigger;
  readonly body: string;
}

/** Asks the receiver's own rules. */
export function keyBody(body: string): KeyedBody {
  const recognition = recognise(body);
  const known = recognition.kind === 'known' ? recognition : undefined;
  const trigger = known?.trigger ?? (recognition.kind === 'unknown' ? 'UNKNOWN' : 'UNREADABLE');
  return { key: eventKey(trigger, known?.entityId, Buffer.from(body)), trigger, body };
}
