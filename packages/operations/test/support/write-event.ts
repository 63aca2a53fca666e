import {
  type CallbackEvent,
  decideEvent,
  encodeRawBody,
  eventKey,
  recognise,
} from '@sinch-callbacks/core';
import {
  createEventWriter,
  type Database,
  type RecordOutcome,
  recordDeadLetter,
  type WriteOutcome,
} from '@sinch-callbacks/db';

/** Makes the event that ingest makes of a body. */
export function eventOf(body: object): CallbackEvent {
  const text = JSON.stringify(body);
  const found = recognise(text);
  if (found.kind === 'unreadable') throw new Error('not a callback');
  const bytes = Buffer.from(text);
  const [trigger, entityId] =
    found.kind === 'known'
      ? [found.trigger, found.entityId]
      : (['UNKNOWN', found.topLevelKeys.join('+')] as const);
  return {
    key: eventKey(trigger, entityId, bytes),
    trigger,
    entityId,
    rawBody: encodeRawBody(bytes),
    receivedAt: new Date().toISOString(),
    signature: undefined,
  };
}

/** The event of a delivery report. */
export const reportEvent = (messageId: string, status = 'DELIVERED') =>
  eventOf({
    app_id: '01APP',
    event_time: '2026-01-02T03:04:05.678Z',
    message_delivery_report: { message_id: messageId, status },
  });

/** The event as it was received at another time. */
export const received = (event: CallbackEvent, at: number): CallbackEvent => ({
  ...event,
  receivedAt: new Date(at).toISOString(),
});

/** Writes the event as a worker does that applies it as soon as it is received, or later. */
export async function writeEvent(
  database: Database,
  event: CallbackEvent,
  appliedAt = Date.parse(event.receivedAt),
): Promise<WriteOutcome['kind'] | undefined> {
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  const writer = createEventWriter(database, () => new Date(appliedAt));
  const [outcome] = await writer.write([{ event, decision, attempts: 1 }]);
  return outcome?.kind;
}

/** Makes a dead letter of the event. */
export async function letDie(database: Database, event: CallbackEvent): Promise<RecordOutcome> {
  return await recordDeadLetter(database, {
    event,
    replay: 0,
    errorClass: 'permanent',
    errorMessage: 'refused',
    stack: undefined,
    attempts: [],
    deadAt: new Date(event.receivedAt),
  });
}
