import { type CallbackEvent, decideEvent, eventKey, recognise } from '@sinch-callbacks/core';
import { createDatabase } from '@sinch-callbacks/testing/servers';
import type {} from '@sinch-callbacks/testing/vitest';
import { inject } from 'vitest';
import { type Database, type EventToWrite, migrateDatabase, openDatabase } from '../src/index.ts';

export interface MigratedDatabase {
  readonly url: string;
  readonly database: Database;
  close(): Promise<void>;
}

/** A database of the test file's own, at the newest migration. */
export async function openMigratedDatabase(): Promise<MigratedDatabase> {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  await migrateDatabase(url);
  const database = openDatabase({ url });
  return {
    url,
    database,
    async close() {
      await database.close();
      await drop();
    },
  };
}

/** The event of a body, as ingest would have made it. */
export function eventOf(
  body: object | string,
  receivedAt = '2026-01-02T03:04:05.678Z',
): CallbackEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const recognition = recognise(text);
  const trigger =
    recognition.kind === 'known'
      ? recognition.trigger
      : recognition.kind === 'unknown'
        ? 'UNKNOWN'
        : 'UNREADABLE';
  const entityId = recognition.kind === 'known' ? recognition.entityId : undefined;
  return {
    key: eventKey(trigger, entityId, Buffer.from(text)),
    trigger,
    entityId,
    rawBody: { encoding: 'utf8', text },
    receivedAt,
    signature: undefined,
  };
}

/** @throws when core refuses the event. */
export function toWrite(event: CallbackEvent): EventToWrite {
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(`refused: ${decision.reason}`);
  return { event, decision, attempts: 1 };
}

const tables = {
  callback_event: 'event_key',
  message: 'sinch_message_id',
  message_status: 'event_key',
  conversation: 'sinch_conversation_id',
  contact: 'sinch_contact_id',
  contact_identity: 'sinch_contact_id, channel, identity, app_id',
  consent: 'app_id, contact_id, channel, identity',
  dead_letter: 'event_key',
} as const;

/** Every row of every table, without what differs from run to run on purpose. */
export async function allRows({ prisma }: Database): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {};
  for (const [table, order] of Object.entries(tables)) {
    const found = await prisma.$queryRawUnsafe<{ row: Record<string, unknown> }[]>(
      `SELECT to_jsonb(t) - 'id' - 'applied_at' AS row FROM ${table} AS t ORDER BY ${order}`,
    );
    rows[table] = found.map(({ row }) => row);
  }
  return rows;
}

export async function emptyTables({ prisma }: Database): Promise<void> {
  await prisma.$executeRawUnsafe(`TRUNCATE ${Object.keys(tables).join(', ')}`);
}
