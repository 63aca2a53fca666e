import { decideEvent } from '@sinch-callbacks/core';
import { createEventWriter, type Database } from '@sinch-callbacks/db';
import { byTrigger, insertTasks } from '@sinch-callbacks/handlers';
import { eventOfBody } from './stored-bodies.ts';

/** The body of an inbound message. */
export const inbound = (id: string) => ({
  app_id: '01APP',
  message: {
    id,
    conversation_id: '01CONVERSATION',
    channel_identity: { channel: 'SMS', identity: '15555550100' },
    contact_message: { text_message: { text: 'stop' } },
  },
});

/** Applies inbound messages as a worker does that has read the handler `crm-sync`. */
export const apply = async (database: Database, ids: readonly string[]) =>
  await applyBodies(database, ids.map(inbound));

/** Applies bodies as {@link apply} does. */
export async function applyBodies(database: Database, bodies: readonly object[]): Promise<void> {
  const handlers = byTrigger([
    { name: 'crm-sync', triggers: ['MESSAGE_INBOUND'], keySource: null },
  ]);
  const writer = createEventWriter(
    database,
    () => new Date(),
    async () => async (session, events) => await insertTasks(session, events, handlers),
  );
  await writer.write(
    bodies.map((body) => {
      const event = eventOfBody(body, new Date().toISOString());
      const decision = decideEvent(event);
      if (decision.kind === 'refuse') throw new Error(decision.reason);
      return { event, decision, attempts: 1 };
    }),
  );
}
