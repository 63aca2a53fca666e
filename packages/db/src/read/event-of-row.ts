import {
  type CallbackEvent,
  eventKeyOf,
  isKnownTrigger,
  type Trigger,
} from '@sinch-callbacks/core';
import { digestText } from '../event-digest.ts';
import type { Prisma } from '../generated/client.ts';

export type Identity = Pick<
  Prisma.CallbackEventGetPayload<object>,
  'eventDigest' | 'trigger' | 'entityId' | 'keyEntity'
>;

export type EventRow = Identity &
  Pick<
    Prisma.CallbackEventGetPayload<object>,
    'rawBody' | 'rawBodyEncoding' | 'receivedAt' | 'signedAt'
  >;

/**
 * Makes an event of its row, ready to be queued again. Of its signature only the timestamp is
 * stored.
 */
export function eventOfRow(row: EventRow): CallbackEvent {
  const trigger = triggerOf(row.trigger);
  return {
    key: keyOfRow(row),
    trigger,
    entityId: entityOfKey(row),
    rawBody: {
      encoding: row.rawBodyEncoding === 'base64' ? 'base64' : 'utf8',
      text: row.rawBody,
    },
    receivedAt: row.receivedAt.toISOString(),
    signature: undefined,
    ...(row.signedAt !== null && { signedAtSeconds: row.signedAt.getTime() / 1000 }),
  };
}

/** Returns the key that its event was queued under. */
export function keyOfRow(row: Identity): string {
  return eventKeyOf(triggerOf(row.trigger), entityOfKey(row), digestText(row.eventDigest));
}

export function triggerOf(text: string): Trigger {
  return isKnownTrigger(text) || text === 'UNREADABLE' ? text : 'UNKNOWN';
}

function entityOfKey({ keyEntity, entityId }: Identity): string | undefined {
  return (keyEntity ?? entityId) || undefined;
}
