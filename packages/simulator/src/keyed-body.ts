import { eventKey, recognise, type Trigger } from '@sinch-callbacks/core';

/** A body as it is sent, with the event key that ingest gives it. */
export interface KeyedBody {
  readonly key: string;
  readonly trigger: Trigger;
  readonly body: string;
}

/** Computes the key by the rules of ingest. */
export function keyBody(body: string): KeyedBody {
  const recognition = recognise(body);
  const known = recognition.kind === 'known' ? recognition : undefined;
  const trigger = known?.trigger ?? (recognition.kind === 'unknown' ? 'UNKNOWN' : 'UNREADABLE');
  return { key: eventKey(trigger, known?.entityId, Buffer.from(body)), trigger, body };
}
