import {
  boundedEntityId,
  type CallbackEvent,
  decideEvent,
  encodeRawBody,
  eventKey,
  recognise,
} from '@sinch-callbacks/core';
import { createEventWriter, type Database, openDatabase } from '@sinch-callbacks/db';
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
      const outcomes = await writer.write(
        bodies.map((body) => {
          const event = eventOf(body);
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

function eventOf(body: object | string): CallbackEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const bytes = Buffer.from(text);
  const recognition = recognise(text);
  if (recognition.kind !== 'known') throw new Error(recognition.kind);
  const { trigger, entityId } = recognition;
  return {
    key: eventKey(trigger, boundedEntityId(entityId), bytes),
    trigger,
    entityId,
    rawBody: encodeRawBody(bytes),
    receivedAt: new Date().toISOString(),
    signature: undefined,
  };
}
