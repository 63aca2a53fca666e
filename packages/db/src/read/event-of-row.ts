import { type CallbackEvent, isKnownTrigger, type Trigger } from '@sinch-callbacks/core';
import type { Prisma } from '../generated/client.ts';

type EventRow = Pick<
  Prisma.CallbackEventGetPayload<object>,
  'eventKey' | 'trigger' | 'entityId' | 'rawBody' | 'rawBodyEncoding' | 'receivedAt'
>;

/** A stored event, ready to be queued again. The facts of its signature are not stored. */
export function eventOfRow(row: EventRow): CallbackEvent {
  return {
    key: row.eventKey,
    trigger: triggerOf(row.trigger),
    entityId: row.entityId ?? undefined,
    rawBody: {
      encoding: row.rawBodyEncoding === 'base64' ? 'base64' : 'utf8',
      text: row.rawBody,
    },
    receivedAt: row.receivedAt.toISOString(),
    signature: undefined,
  };
}

export function triggerOf(text: string): Trigger {
  return isKnownTrigger(text) || text === 'UNREADABLE' ? text : 'UNKNOWN';
}
