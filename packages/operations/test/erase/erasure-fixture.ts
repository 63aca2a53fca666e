import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CallbackEvent, decideEvent, encodeRawBody, eventKey } from '@sinch-callbacks/core';
import {
  createErasureKeys,
  createEventWriter,
  type Database,
  openDatabase,
} from '@sinch-callbacks/db';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { afterEach, beforeEach, inject } from 'vitest';
import type { ErasureTools } from '../../src/index.ts';

const keys = createErasureKeys('a key for these tests alone, 32 characters');
export const otherKeys = createErasureKeys('another key for these tests, 32 characters');
/** Two numbers; the first one is what is typed. */
export const [phone, secondPhone] = ['46701230001', '46701230002'];

export interface ErasureFixture {
  readonly database: Database;
  readonly logFile: string;
  /** What an erasure needs. `at` is the time of it. */
  tools(changes?: Partial<ErasureTools> & { readonly at?: string }): ErasureTools;
  /** Writes a body as a worker does. */
  write(body: object, receivedAt?: string): Promise<void>;
  read(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Tables in which one of the texts stands. */
  tablesWith(...texts: readonly string[]): Promise<readonly string[]>;
}

/** Gives each test a database and a log of its own. */
export function useErasures(): ErasureFixture {
  let database: Database;
  let logFile: string;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    const template = inject('migratedDatabase');
    const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, { template });
    const folder = await mkdtemp(path.join(tmpdir(), 'erasures-'));
    logFile = path.join(folder, 'erasures.jsonl');
    database = openDatabase({ url });
    closing.push(async () => await rm(folder, { recursive: true }), drop);
    closing.push(async () => await database.close());
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const read: ErasureFixture['read'] = async (sql) => (await database.pool.query(sql)).rows;
  return {
    get database() {
      return database;
    },
    get logFile() {
      return logFile;
    },
    tools: ({ at = '2026-03-01T00:00:00Z', ...changes } = {}) => ({
      database,
      keys,
      logFile,
      now: () => new Date(at),
      operator: 'test@here',
      eraseQueues: async () => await Promise.resolve({ counts: {}, isComplete: true, files: [] }),
      ...changes,
    }),
    async write(body, receivedAt = time) {
      const writer = createEventWriter(database, () => new Date(), undefined, keys);
      const [outcome] = await writer.write([toWrite(body, receivedAt)]);
      if (outcome?.kind === 'failed') throw new Error(outcome.message);
    },
    read,
    async tablesWith(...texts) {
      const names = await read(
        `SELECT c.oid::regclass::text AS name FROM pg_class AS c
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
           AND c.relname NOT LIKE '\\_prisma%' ORDER BY 1`,
      );
      const found: string[] = [];
      for (const { name } of names) {
        const rows = await read(`SELECT t::text AS row FROM ${String(name)} AS t`);
        const isIn = rows.some(({ row }) => texts.some((text) => String(row).includes(text)));
        if (isIn) found.push(String(name));
      }
      return found;
    },
  };
}

/** When everything happened unless a test says otherwise. */
const time = '2026-01-01T00:00:00Z';

function toWrite(body: object, receivedAt: string) {
  const rawBody = encodeRawBody(Buffer.from(JSON.stringify(body)));
  const trigger =
    'contact_create_notification' in body
      ? 'CONTACT_CREATE'
      : 'message_delivery_report' in body
        ? 'MESSAGE_DELIVERY'
        : 'capability_notification' in body
          ? 'CAPABILITY'
          : 'MESSAGE_INBOUND';
  const entityId = idOf(body);
  const key = eventKey(trigger, entityId, Buffer.from(JSON.stringify(body)));
  const event: CallbackEvent = {
    key,
    trigger,
    entityId,
    rawBody,
    receivedAt,
    signature: undefined,
  };
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  return { event, decision, attempts: 1 };
}

function idOf(body: object): string {
  return /"(?:message_id|request_id|id)":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? 'none';
}

const address = (identity: string) => ({ channel: 'SMS', identity, app_id: 'A1' });

/** An inbound message. */
export const said = (id: string, contactId: string, identity: string, text: string, at = time) => ({
  app_id: 'A1',
  accepted_time: at,
  message: {
    id,
    direction: 'TO_APP',
    contact_id: contactId,
    conversation_id: `V-${contactId}`,
    channel_identity: address(identity),
    contact_message: { text_message: { text } },
    accept_time: at,
  },
});

/** A contact with some numbers. */
export const created = (id: string, name: string, ...identities: readonly string[]) => ({
  app_id: 'A1',
  event_time: time,
  contact_create_notification: {
    contact: { id, display_name: name, channel_identities: identities.map(address) },
  },
});

/** A late report, which names the number again. */
export const reported = (messageId: string, contactId: string, identity: string, at: string) => ({
  app_id: 'A1',
  event_time: at,
  message_delivery_report: {
    message_id: messageId,
    status: 'DELIVERED',
    contact_id: contactId,
    channel_identity: address(identity),
  },
});

/** An answer about a channel, which names a number that nothing else does. */
export const capable = (contactId: string, identity: string) => ({
  app_id: 'A1',
  event_time: time,
  capability_notification: {
    request_id: `r-${contactId}`,
    contact_id: contactId,
    channel: 'RCS',
    identity,
    capability_status: 'CAPABILITY_FULL',
  },
});
