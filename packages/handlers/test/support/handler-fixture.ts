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
  type ErasureKeys,
  openDatabase,
} from '@sinch-callbacks/db';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { inject } from 'vitest';
import {
  type HandlersByTrigger,
  insertTasks,
  registerHandlers,
  type TaskExecutor,
} from '../../src/index.ts';

/** The handler of most tests. */
export const handlerName = 'test';

export interface HandlerFixture {
  readonly url: string;
  readonly database: Database;
  /** Returns the rows of a test's own statement. */
  read(
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Applies events as a worker does that has read these handlers, with ERASURE_KEY or without. */
  apply(
    events: readonly CallbackEvent[],
    handlers: HandlersByTrigger,
    erasureKeys?: ErasureKeys,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Opens a database of the test's own, with {@link handlerName} registered. */
export async function openHandlerFixture(): Promise<HandlerFixture> {
  const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  const database = openDatabase({ url });
  await registerHandlers(database, [
    { name: handlerName, triggers: ['MESSAGE_INBOUND'], order: 'none', key: 'conversation' },
  ]);
  return {
    url,
    database,
    async read(sql, values = []) {
      return (await database.pool.query<Record<string, unknown>>(sql, [...values])).rows;
    },
    async apply(events, handlers, erasureKeys) {
      const writer = createEventWriter(
        database,
        () => new Date(),
        async () => async (session, written) => await insertTasks(session, written, handlers),
        erasureKeys,
      );
      const outcomes = await writer.write(
        events.map((event) => {
          const decision = decideEvent(event);
          if (decision.kind === 'refuse') throw new Error(decision.reason);
          return { event, decision, attempts: 1 };
        }),
      );
      const failed = outcomes.find(({ kind }) => kind === 'failed');
      if (failed !== undefined) throw new Error(JSON.stringify(failed));
    },
    async close() {
      await database.close();
      await drop();
    },
  };
}

/** Makes the event that ingest makes of a body. */
export function eventOf(body: object | string, receivedAt = new Date()): CallbackEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const bytes = Buffer.from(text);
  const recognition = recognise(text);
  if (recognition.kind !== 'known') throw new Error(recognition.kind);
  const { trigger, entityId } = recognition;
  return {
    key: eventKey(trigger, entityId, bytes),
    trigger,
    entityId,
    rawBody: encodeRawBody(bytes),
    receivedAt: receivedAt.toISOString(),
    signature: undefined,
  };
}

/** The body of an inbound message. */
export const inbound = (id: string, conversation = id, text = 'hello') => ({
  app_id: '01APP',
  message: {
    id,
    contact_id: '01CONTACT',
    conversation_id: conversation,
    channel_identity: { channel: 'SMS', identity: '15555550100' },
    contact_message: { text_message: { text } },
  },
});

/** An executor of functions in this process. */
export function executorOf(run: TaskExecutor['run']): TaskExecutor {
  return { run, abort: () => undefined };
}
