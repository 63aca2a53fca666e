import {
  boundedEntityId,
  type CallbackEvent,
  decideEvent,
  eventKey,
  recognise,
} from '@sinch-callbacks/core';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { type Database, type EventToWrite, openDatabase } from '../src/index.ts';

export interface MigratedDatabase {
  readonly url: string;
  readonly database: Database;
  /** Returns the rows of a test's own statement. */
  read(
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

type OpenedDatabase = MigratedDatabase & { readonly close: () => Promise<void> };

/**
 * Gives a test file a database of its own at the newest migration, and drops it afterwards: one
 * for all tests of the file, emptied after each on request, or a new one for each test.
 */
export function useMigratedDatabase(
  kind: 'one' | 'one-emptied' | 'one-per-test' = 'one',
): MigratedDatabase {
  let current: OpenedDatabase | undefined;
  const open = async () => {
    current = await openMigratedDatabase();
  };
  const close = async () => {
    await current?.close();
    current = undefined;
  };
  const opened = (): OpenedDatabase => {
    if (current === undefined) throw new Error('the database is open only while tests run');
    return current;
  };
  if (kind === 'one-per-test') {
    beforeEach(open);
    afterEach(close);
  } else {
    beforeAll(open);
    afterAll(close);
  }
  if (kind === 'one-emptied') afterEach(async () => await emptyTables(opened().database));
  return {
    get url() {
      return opened().url;
    },
    get database() {
      return opened().database;
    },
    read: async (sql, values) => await opened().read(sql, values),
  };
}

async function openMigratedDatabase(): Promise<OpenedDatabase> {
  const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  const database = openDatabase({ url });
  return {
    url,
    database,
    async read(sql, values = []) {
      const { rows } = await database.pool.query<Record<string, unknown>>(sql, [...values]);
      return rows;
    },
    async close() {
      await database.close();
      await drop();
    },
  };
}

/** Makes the event that ingest makes of a body. */
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
  const entityId =
    recognition.kind === 'known'
      ? recognition.entityId
      : recognition.kind === 'unknown'
        ? boundedEntityId(recognition.topLevelKeys.join('+'))
        : undefined;
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
  event_guard: 'event_digest',
  callback_event: 'trigger, event_digest',
  message: 'sinch_message_id',
  message_failure: 'sinch_message_id',
  message_status: 'sinch_message_id, event_time, status, channel, identity',
  message_channel: 'sinch_message_id, channel',
  message_analysis: 'sinch_message_id',
  conversation: 'sinch_conversation_id',
  contact: 'sinch_contact_id',
  contact_merge: 'deleted_contact_id, preserved_contact_id',
  contact_root: 'contact_id',
  contact_identity: 'sinch_contact_id, channel, identity, app_id',
  contact_duplicate: 'sinch_contact_id, channel',
  consent_event: 'consent_key',
  capability: 'app_id, contact_id, channel, identity',
  inbound_event: 'id',
  reaction: 'id',
  unsupported: 'id',
  event_delivery: 'sinch_event_id',
  event_delivery_channel: 'sinch_event_id, channel',
  channel_event: 'content_digest',
  record: 'entity_id',
  batch: 'batch_id',
  outbound: 'id',
  dead_letter: 'event_digest',
  dead_letter_run: 'id',
  body_to_empty: 'event_digest',
  erasure: 'id',
  erased_key: 'digest, erasure_id',
} as const;

/** Returns the column of numbers from a sequence; other tables' `id` is Sinch's. */
function ownId(table: string): string {
  return table === 'dead_letter_run' ? 'id' : '';
}

const selectAll = Object.entries(tables)
  .map(
    ([table, order]) => `
SELECT '${table}' AS name, coalesce(jsonb_agg(to_jsonb(t) - '${ownId(table)}' - 'applied_at' ORDER BY ${order}), '[]') AS rows
FROM ${table} AS t`,
  )
  .join('\nUNION ALL');

const deleteAll = `WITH ${Object.keys(tables)
  .map((table) => `d_${table} AS (DELETE FROM ${table})`)
  .join(', ')} SELECT 1`;

// Both run thousands of times and are prepared once: planning takes most of their time.

/** Reads every row of every table, without values that differ from run to run on purpose. */
export async function allRows({ pool }: Database): Promise<Record<string, unknown[]>> {
  const { rows } = await pool.query<{ name: string; rows: unknown[] }>({
    name: 'all rows',
    text: selectAll,
  });
  return Object.fromEntries(rows.map(({ name, rows: found }) => [name, found]));
}

export async function emptyTables({ pool }: Database): Promise<void> {
  await pool.query({ name: 'empty tables', text: deleteAll });
}
