import { describe, expect, it } from 'vitest';
import {
  createEventWriter,
  findDeadLetter,
  listUnhandled,
  recordDeadLetter,
} from '../../src/index.ts';
import { at, inbound, inEveryOrder } from '../projections/every-order.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

const secret = 'CANARY4111';
const id = '01JDREDACTEDMESSAGE0000001';
const message = { message: inbound(secret, { id, accept_time: at(9) }) };
const redaction = { message_redaction: inbound('{CARD}', { id }) };

/** Checks that no row quotes the text. */
function expectGone(rows: Record<string, unknown>): void {
  expect(JSON.stringify(rows)).not.toContain(secret);
}

describe('a redaction reaches, whichever comes first,', () => {
  it.each<[string, object[]]>([
    [
      'metadata of the original',
      [{ ...message, message: { ...message.message, metadata: secret } }],
    ],
    [
      'an analysis that quotes the text, and its event',
      [
        message,
        { smart_conversation_notification: { message_id: id, analysis_results: { ml: secret } } },
      ],
    ],
    ['an original of an unknown kind', [{ brand_new_notification: { ...message.message } }]],
    [
      'an original that two triggers claim',
      [{ ...message, event: { id: 'x', contact_event: { composing_event: { a: 1 } } } }],
    ],
  ])('%s', async (_, events) => {
    await inEveryOrder(migrated, [...events, redaction], expectGone);
  });

  it('its own event, where that quotes the original text', async () => {
    const quoting = {
      message_redaction: { ...redaction.message_redaction, original_text: secret },
    };
    await inEveryOrder(migrated, [message, quoting], ({ callback_event: events }) => {
      expect(events?.map((row) => row['raw_body'])).toEqual(['', '']);
    });
  });
});

describe('a redaction reaches a dead letter', () => {
  const cut = JSON.stringify(message).slice(0, -3);
  const death = (body: object | string, replay = 0) => ({
    event: eventOf(body),
    replay,
    errorClass: 'permanent',
    errorMessage: `cannot read ${secret}`,
    stack: `at ${secret}`,
    attempts: [{ replay, attempt: 1, at: at(1), errorClass: 'permanent', message: `no ${secret}` }],
    deadAt: new Date(),
  });
  const die = async (body: object | string) =>
    await recordDeadLetter(migrated.database, death(body));
  const redact = async () =>
    await createEventWriter(migrated.database, () => new Date()).write([
      toWrite(eventOf(redaction)),
    ]);

  it.each<[string, object | string]>([
    ['of the original', message],
    ['of an original that was cut off', cut],
    ['of an original of an unknown kind', { brand_new_notification: { ...message.message } }],
    [
      'of an analysis',
      { smart_conversation_notification: { message_id: id, analysis_results: { ml: secret } } },
    ],
  ])('%s, with its messages, attempts and stack, whichever comes first', async (_, body) => {
    const { database } = migrated;
    for (const isFirst of [true, false]) {
      await emptyTables(database);
      if (isFirst) await die(body);
      await redact();
      if (!isFirst) expect(await die(body)).toBe('already-closed');
      const letter = await findDeadLetter(database, eventOf(body).key);
      expect(letter).toMatchObject({ resolution: 'REDACTED', event: { rawBody: { text: '' } } });
      expectGone(await allRows(database));
      expect(await die(body)).toBe('already-closed');
      expectGone(await allRows(database));
    }
  });

  it('and no other', async () => {
    const { database } = migrated;
    await emptyTables(database);
    const other = { message: inbound('keep me', { id: '01JDOTHERMESSAGE00000000001' }) };
    const otherCut = JSON.stringify(other).slice(0, -3);
    await die('');
    await die(other);
    await die(otherCut);
    await createEventWriter(database, () => new Date()).write([
      toWrite(eventOf({ brand_new_notification: other.message })),
    ]);
    const before = await allRows(database);
    await redact();
    const after = await allRows(database);
    expect(after['dead_letter']).toEqual(before['dead_letter']);
    expect(after['callback_event']).toEqual(expect.arrayContaining(before['callback_event'] ?? []));
  });
});

it('an unhandled event whose body is redacted is not replayed', async () => {
  const { database } = migrated;
  await emptyTables(database);
  const writer = createEventWriter(database, () => new Date());
  const unknown = { brand_new_notification: { ...message.message } };
  await writer.write([toWrite(eventOf(unknown)), toWrite(eventOf({ another_one: {} }))]);
  expect(await listUnhandled(database, undefined, { limit: 10 })).toHaveLength(2);
  await writer.write([toWrite(eventOf(redaction))]);
  expect(await listUnhandled(database, undefined, { limit: 10 })).toMatchObject([
    { entityId: 'another_one' },
  ]);
});

it('a redaction and what it is about, written at the same time, leave nothing behind', async () => {
  const { database } = migrated;
  const unknown = { brand_new_notification: { ...message.message } };
  const analysis = {
    smart_conversation_notification: { message_id: id, analysis_results: { ml: secret } },
  };
  for (let round = 0; round < 30; round += 1) {
    await emptyTables(database);
    const outcomes = await Promise.all(
      [message, unknown, analysis, redaction].map(
        async (body) =>
          await createEventWriter(database, () => new Date()).write([toWrite(eventOf(body))]),
      ),
    );
    expect(outcomes.flat().some(({ kind }) => kind === 'failed')).toBe(false);
    expectGone(await allRows(database));
  }
});

describe('a redaction of a message that was sent from here', () => {
  const sent = '6f9619ff-8b86-4011-b42d-00c04fc964ff';
  const submit = {
    message_submit_notification: {
      message_id: id,
      submitted_message: { text_message: { text: secret } },
      metadata: `sc:${sent};${secret}`,
    },
  };
  const request = JSON.stringify({
    app_id: 'app',
    recipient: { contact_id: '01C' },
    message: { text_message: { text: secret } },
    message_metadata: secret,
    channel_properties: { SMS_SENDER: secret },
  });

  it.each(['SENDING', 'UNCERTAIN', 'SENT'])(
    'leaves no text in its %s row, and keeps its key, whichever comes first',
    async (state) => {
      for (const events of [
        [submit, redaction],
        [redaction, submit],
      ]) {
        for (const batches of [events.map((event) => [event]), [events]]) {
          await emptyTables(migrated.database);
          await migrated.read(
            `INSERT INTO outbound (id, app_id, key, lane, content_digest, request, state)
             VALUES ($1::uuid, 'app', 'order-7', 'lane', '\\x01', $2::jsonb, $3::outbound_state)`,
            [sent, request, state],
          );
          const writer = createEventWriter(migrated.database, () => new Date());
          for (const batch of batches) {
            await writer.write(batch.map((body) => toWrite(eventOf(body))));
          }
          const rows = await allRows(migrated.database);
          expectGone(rows);
          expect(rows['outbound']).toMatchObject([
            {
              key: 'order-7',
              state: 'SENT',
              sinch_message_id: id,
              content_digest: '\\x',
              request: { app_id: 'app', recipient: { contact_id: '01C' } },
            },
          ]);
        }
      }
    },
  );

  it('and of another leaves the row as it is', async () => {
    await emptyTables(migrated.database);
    await migrated.read(
      `INSERT INTO outbound (id, app_id, key, lane, content_digest, request, state, sinch_message_id)
       VALUES ($1::uuid, 'app', 'order-7', 'lane', '\\x01', $2::jsonb, 'SENT', '01OTHER')`,
      [sent, request],
    );
    const writer = createEventWriter(migrated.database, () => new Date());
    await writer.write([toWrite(eventOf(redaction))]);
    const [row] = await migrated.read('SELECT request FROM outbound');
    expect(row?.['request']).toEqual(JSON.parse(request));
  });
});
