import { type CallbackEvent, decideEvent } from '@sinch-callbacks/core';
import { createEventWriter, type Database, type WriteOutcome } from '@sinch-callbacks/db';

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
