import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventWriter, findAnything, lookUpMessage } from '../../src/index.ts';
import { emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-emptied');

const number = '15551234567';
const states = ['QUEUED', 'SENDING', 'SENT', 'REFUSED', 'UNCERTAIN', 'DISCARDED'] as const;

interface Sent {
  readonly state: (typeof states)[number];
  /** Of SENT: Sinch's answer was read. */
  readonly isAnswered: boolean;
  /** The callbacks that have come. */
  readonly callbacks: readonly ('submit' | 'report')[];
}

const sent = fc.record<Sent>({
  state: fc.constantFrom(...states),
  isAnswered: fc.boolean(),
  callbacks: fc.subarray(['submit', 'report']),
});

/** Queues a message as a sender has left it, and returns its id. */
async function queue(
  { state, isAnswered }: Omit<Sent, 'callbacks'>,
  key: string,
  appId = 'app',
): Promise<string> {
  const id = randomUUID();
  const recipient = {
    identified_by: { channel_identities: [{ channel: 'SMS', identity: `+${number}` }] },
  };
  const message = { text_message: { text: 'Hi' } };
  await migrated.read(
    `INSERT INTO outbound (id, app_id, key, lane, identities, content_digest, request, state,
       sinch_message_id, error_class)
     VALUES ($1::uuid, $2, $3, $1, $4, '\\x00', $5::jsonb, $6::outbound_state, $7, $8)`,
    [
      id,
      appId,
      key,
      [number],
      JSON.stringify({ app_id: appId, recipient, message }),
      state,
      state === 'SENT' && isAnswered ? messageIdOf(key) : null,
      state === 'REFUSED' ? 'refused' : null,
    ],
  );
  return id;
}

const messageIdOf = (key: string) => `01${key.toUpperCase()}`;

const bodies = {
  submit: (id: string, key: string) => ({
    app_id: 'app',
    message_submit_notification: {
      message_id: messageIdOf(key),
      channel_identity: { channel: 'SMS', identity: `+${number}` },
      submitted_message: { text_message: { text: 'Hi' } },
      metadata: `sc:${id};`,
    },
  }),
  report: (id: string, key: string) => ({
    app_id: 'app',
    message_delivery_report: {
      message_id: messageIdOf(key),
      channel_identity: { channel: 'SMS', identity: number },
      status: 'DELIVERED',
      metadata: `sc:${id};`,
    },
  }),
} as const;

async function apply(...events: readonly object[]): Promise<void> {
  const writer = createEventWriter(migrated.database, () => new Date());
  await writer.write(events.map((body) => toWrite(eventOf(body))));
}

const textsOf = (rows: readonly Readonly<Record<string, unknown>>[], column: string) =>
  rows.map((row) => String(row[column])).toSorted();

const question = (text: string) => ({
  text,
  id: text,
  identities: [text],
  key: undefined,
  isKeyUnlikely: false,
  limit: 50,
  withText: true,
});

describe('a message that we were asked to send', () => {
  it('is in the timeline once, whatever its state and its callbacks, and found by each name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 6 }), async (messages) => {
        await emptyTables(migrated.database);
        const ids: string[] = [];
        for (const [index, message] of messages.entries()) {
          const key = `key${index}`;
          const id = await queue(message, key);
          ids.push(id);
          await apply(...message.callbacks.map((callback) => bodies[callback](id, key)));
        }
        const timeline = await migrated.read(
          'SELECT * FROM conversation_timeline WHERE identity = $1',
          [number],
        );
        expect(textsOf(timeline, 'outbound_id')).toEqual(ids.toSorted());
        for (const row of timeline) {
          expect(row).toMatchObject({ direction: 'TO_CONTACT', channel: 'SMS', app_id: 'app' });
        }
        const { entries } = await findAnything(migrated.database, question(number));
        expect(entries.map(({ id }) => id).toSorted()).toEqual(textsOf(timeline, 'id'));
        for (const [index, message] of messages.entries()) {
          const isNamed = message.callbacks.length > 0;
          const key = `key${index}`;
          const found = await lookUpMessage(migrated.database, key);
          const outbound = { id: ids[index], key, state: isNamed ? 'SENT' : message.state };
          expect(found).toMatchObject({ kind: 'found', message: { outbound } });
          expect(await lookUpMessage(migrated.database, ids[index] ?? '')).toEqual(found);
          const [entry] = (await findAnything(migrated.database, question(key))).entries;
          expect(entry).toMatchObject({
            entry: isNamed ? 'MESSAGE' : 'OUTBOUND',
            id: isNamed ? messageIdOf(key) : ids[index],
            foundAs: ['key'],
          });
        }
      }),
      { numRuns: 15 },
    );
  });

  it('shows its text, kind, state and error there before a callback names it', async () => {
    const id = await queue({ state: 'REFUSED', isAnswered: false }, 'key');
    const [row] = await migrated.read('SELECT * FROM conversation_timeline');
    expect(row).toMatchObject({
      entry: 'OUTBOUND',
      id,
      conversation_id: null,
      kind: 'text_message',
      text: 'Hi',
      content: { text_message: { text: 'Hi' } },
      status: null,
      outbound_key: 'key',
      outbound_state: 'REFUSED',
      outbound_error_class: 'refused',
    });
  });

  it('whose second sending was asked for by a person is there once for each of its messages', async () => {
    const id = await queue({ state: 'UNCERTAIN', isAnswered: false }, 'a');
    await apply(bodies.report(id, 'a'), bodies.report(id, 'b'));
    const rows = await migrated.read(
      'SELECT id, outbound_id FROM conversation_timeline ORDER BY id',
    );
    expect(rows).toEqual([
      { id: '01A', outbound_id: id },
      { id: '01B', outbound_id: null },
    ]);
  });

  it('whose key several apps use is named by none of them alone', async () => {
    await queue({ state: 'QUEUED', isAnswered: false }, 'key');
    await queue({ state: 'QUEUED', isAnswered: false }, 'key', 'other');
    expect(await lookUpMessage(migrated.database, 'key')).toMatchObject({
      kind: 'ambiguous',
      outbound: [{ appId: 'app' }, { appId: 'other' }],
    });
    expect(await lookUpMessage(migrated.database, 'no key')).toEqual({ kind: 'unknown' });
  });
});

it('the columns of the timeline keep their order, and new ones are at its end', async () => {
  const columns = await migrated.read(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_name = 'conversation_timeline' ORDER BY ordinal_position`,
  );
  expect(columns.map(({ name }) => name).join(' ')).toBe(
    'conversation_id created_at happened_at entry id direction app_id contact_id channel ' +
      'identity kind text content status status_at reason_code outbound_id outbound_key ' +
      'outbound_state outbound_error_class outbound_error_message',
  );
});
