import {
  boundedEntityId,
  type CallbackEvent,
  decideEvent,
  encodeRawBody,
  eventKey,
  recognise,
} from '@sinch-callbacks/core';
import {
  createEventWriter,
  type Database,
  type EventToWrite,
  openDatabase,
} from '@sinch-callbacks/db';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { inject } from 'vitest';

export interface OutboundFixture {
  readonly url: string;
  readonly database: Database;
  /** Returns the rows of a test's own statement. */
  read<Row = Readonly<Record<string, unknown>>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** Applies callbacks as a worker does. */
  apply(...bodies: readonly (object | string)[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens a database of the test's own. */
export async function openOutboundFixture(): Promise<OutboundFixture> {
  const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  const database = openDatabase({ url });
  const writer = createEventWriter(database, () => new Date());
  return {
    url,
    database,
    async read<Row>(sql: string, values: readonly unknown[] = []) {
      return (await database.pool.query(sql, [...values])).rows as readonly Row[];
    },
    async apply(...bodies) {
      const outcomes = await writer.write(bodies.map((body) => toWrite(eventOf(body))));
      for (const outcome of outcomes) {
        if (outcome.kind === 'failed') throw new Error(`not applied: ${outcome.message}`);
      }
    },
    close: async () => await database.close().then(drop),
  };
}

function toWrite(event: CallbackEvent): EventToWrite {
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(`refused: ${decision.reason}`);
  return { event, decision, attempts: 1 };
}

/** Makes the event of a callback that came just now. */
function eventOf(body: object | string): CallbackEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const found = recognise(text);
  if (found.kind !== 'known') throw new Error(`not a callback: ${found.kind}`);
  const receivedAt = new Date().toISOString();
  const key = eventKey(found.trigger, boundedEntityId(found.entityId), Buffer.from(text));
  const rawBody = encodeRawBody(Buffer.from(text));
  return { ...found, key, rawBody, receivedAt, signature: undefined };
}
