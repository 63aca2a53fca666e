import { type CallbackEvent, decideEvent } from '@sinch-callbacks/core';
import {
  createEventWriter,
  type Database,
  type RecordOutcome,
  recordDeadLetter,
  type WriteOutcome,
} from '@sinch-callbacks/db';

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
