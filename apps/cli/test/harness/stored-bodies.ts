import {
  type CallbackEvent,
  decideEvent,
  encodeRawBody,
  isKnownTrigger,
  recognise,
} from '@sinch-callbacks/core';
import { createEventWriter } from '@sinch-callbacks/db';
import { keyOfBody } from '../../src/commands/event/look-everywhere.ts';
import type { CliHarness } from './cli-harness.ts';

/** Builds the event of a body as ingest does, received on 2026-11-23 if no other time is given. */
export function eventOfBody(body: object, receivedAt = '2026-11-23T18:00:00.000Z'): CallbackEvent {
  const bytes = Buffer.from(JSON.stringify(body));
  const key = keyOfBody(bytes);
  const recognition = recognise(bytes.toString());
  const [trigger = ''] = key.split('.');
  const entityId = recognition.kind === 'known' ? recognition.entityId : key.split('.')[1];
  return {
    key,
    trigger: isKnownTrigger(trigger) ? trigger : 'UNKNOWN',
    entityId,
    rawBody: encodeRawBody(bytes),
    receivedAt,
    signature: undefined,
  };
}

/**
 * Writes the rows of these bodies as a worker does, all received on 2026-11-23. Returns their keys.
 */
export async function store({ database }: CliHarness, ...bodies: object[]): Promise<string[]> {
  const writer = createEventWriter(database, () => new Date());
  const events = bodies.map((body) => eventOfBody(body));
  for (const event of events) {
    const decision = decideEvent(event);
    if (decision.kind === 'refuse') throw new Error(decision.reason);
    await writer.write([{ event, decision, attempts: 1 }]);
  }
  return events.map(({ key }) => key);
}
