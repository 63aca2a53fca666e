import type { CallbackEvent } from '../events/callback-event.ts';
import { eventKey } from '../events/event-key.ts';
import { recognise } from '../events/recognise.ts';
import type { Facts } from '../facts/facts.ts';
import { decideEvent } from './decide-event.ts';

export const receivedAt = '2026-11-27T12:00:00.000Z';

/** Makes the event that ingest makes of a body. */
export function eventOf(
  body: object | string,
  more: Partial<Pick<CallbackEvent, 'receivedAt' | 'signature' | 'signedAtSeconds'>> = {},
): CallbackEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const recognition = recognise(text);
  const trigger = recognition.kind === 'known' ? recognition.trigger : 'UNKNOWN';
  const entityId = recognition.kind === 'known' ? recognition.entityId : undefined;
  return {
    key: eventKey(trigger, entityId, Buffer.from(text)),
    trigger,
    entityId,
    rawBody: { encoding: 'utf8', text },
    receivedAt,
    signature: undefined,
    ...more,
  };
}

function appliedOf(...given: Parameters<typeof eventOf>) {
  const decision = decideEvent(eventOf(...given));
  if (decision.kind !== 'apply') throw new Error(`${decision.kind}, not applied`);
  return decision;
}

export function factsOf(...given: Parameters<typeof eventOf>): Facts {
  return appliedOf(...given).facts;
}

/**
 * Returns the only fact about a table.
 * @throws when there are none or several.
 */
export function only<T>(facts: readonly T[]): T {
  const [fact, another] = facts;
  if (fact === undefined || another !== undefined) throw new Error(`${facts.length} facts, not 1`);
  return fact;
}

/** Returns the fact that wins a stamped group. */
export function greatest<T extends { readonly stamp: string }>(stamped: readonly T[]): T {
  return stamped.reduce((best, one) => (one.stamp > best.stamp ? one : best));
}
