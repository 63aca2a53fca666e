import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventWriter, recordDeadLetter } from '../src/index.ts';
import { at, inbound, inEveryOrder, on, report } from './every-order.ts';
import {
  allRows,
  emptyTables,
  eventOf,
  type MigratedDatabase,
  openMigratedDatabase,
  toWrite,
} from './support.ts';

// any-order.test.ts shows that order never matters; this shows what every order ends in, one
// guarantee for each rule of the projections.
let migrated: MigratedDatabase;

beforeAll(async () => {
  migrated = await openMigratedDatabase();
});

afterAll(async () => {
  await migrated.close();
});

describe('a redaction', () => {
  const message = { message: inbound('my card is 4111', { accept_time: at(9) }) };
  const redaction = { message_redaction: inbound('my card is {CARD}') };

  it('takes the text out of message and body, whichever comes first', async () => {
    await inEveryOrder(migrated, [message, redaction], (rows) => {
      expect(JSON.stringify(rows)).not.toContain('4111');
      expect(rows['message']).toMatchObject([
        { content: { text_message: { text: 'my card is {CARD}' } } },
      ]);
      expect(rows['callback_event']).toMatchObject([
        { trigger: 'MESSAGE_INBOUND', raw_body: '' },
        { trigger: 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION' },
      ]);
    });
  });

  it('without a message of its own takes the text out all the same', async () => {
    const bare = { message_redaction: { id: 'm', accept_time: at(1) } };
    await inEveryOrder(migrated, [message, bare], (rows) => {
      expect(JSON.stringify(rows)).not.toContain('4111');
    });
  });

  it('holds against a second delivery of the original in other bytes', async () => {
    const again = { ...message, correlation_id: 'c' };
    await inEveryOrder(migrated, [message, redaction, again], (rows) => {
      expect(JSON.stringify(rows)).not.toContain('4111');
    });
  });

  it('holds where the original had died first, and is tried again afterwards', async () => {
    const { database } = migrated;
    const original = eventOf(message);
    await emptyTables(database);
    await recordDeadLetter(database, {
      event: original,
      replay: 0,
      errorClass: 'permanent',
      errorMessage: 'refused',
      stack: undefined,
      attempts: [],
      deadAt: new Date(),
    });
    const writer = createEventWriter(database, () => new Date());
    await writer.write([toWrite(eventOf(redaction))]);
    expect(await writer.write([toWrite(original)])).toEqual([{ kind: 'applied' }]);
    expect(JSON.stringify(await allRows(database))).not.toContain('4111');
  });

  it('leaves other messages, and other events of the same id, as they are', async () => {
    const other = { message: inbound('keep me', { id: 'n' }) };
    const analysis = { smart_conversation_notification: { message_id: 'm' } };
    await inEveryOrder(migrated, [redaction, other, analysis], ({ callback_event: events }) => {
      expect(events?.map((event) => event['raw_body'])).not.toContain('');
    });
  });
});

describe('a message', () => {
  it('is there from its first report on, and complete when the rest has come', async () => {
    const submitted = {
      message_submit_notification: {
        message_id: 'm',
        conversation_id: 'conv',
        contact_id: 'c',
        ...on('SMS'),
        submitted_message: { text_message: { text: 'hi' } },
      },
    };
    const named = { contact_create_notification: { contact: { id: 'c', display_name: 'Ada' } } };
    await inEveryOrder(migrated, [report('READ', 1), submitted, named], (rows) => {
      expect(rows['message']).toMatchObject([
        { status: 'READ', direction: 'TO_CONTACT', conversation_id: 'conv', contact_id: 'c' },
      ]);
      expect(rows['message']?.[0]?.['content']).toEqual({ text_message: { text: 'hi' } });
      expect(rows['contact']).toMatchObject([{ sinch_contact_id: 'c', display_name: 'Ada' }]);
      expect(rows['conversation']).toMatchObject([{ contact_id: 'c', state: null }]);
    });
  });

  it('is not hidden by a byte order mark, which its event keeps', async () => {
    const body = `\uFEFF${JSON.stringify({ message: inbound('STOP') })}`;
    await inEveryOrder(migrated, [body], ({ message, callback_event: events }) => {
      expect(message).toMatchObject([{ text: 'STOP' }]);
      expect(events?.[0]?.['raw_body']).toMatch(/^\uFEFF/);
    });
  });

  it('was created when its first event was received, and updated with its last', async () => {
    await inEveryOrder(migrated, [report('READ', 1), report('DELIVERED', 2)], ({ message }) => {
      expect(message).toMatchObject([
        {
          created_at: expect.stringMatching(/^2026-01-02T03:05:00/),
          updated_at: expect.stringMatching(/^2026-01-02T03:05:01/),
        },
      ]);
    });
  });

  it('has the first time of each step, and the receipt where a report gives none', async () => {
    const bodies = [
      { ...report('DELIVERED', 4, on('RCS')), accepted_time: at(1) },
      report('DELIVERED', 3, on('SMS')),
      report('READ', undefined, on('SMS')),
    ];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([
        {
          happened_at: expect.stringMatching(/^2026-01-02T03:04:01/),
          sent_at: expect.stringMatching(/^2026-01-02T03:04:01/),
          delivered_at: expect.stringMatching(/^2026-01-02T03:04:03/),
          read_at: expect.stringMatching(/^2026-01-02T03:05:02/),
          failed_at: null,
        },
      ]);
    });
    await inEveryOrder(migrated, [{ message: inbound('hi') }], ({ message }) => {
      expect(message).toMatchObject([
        { happened_at: expect.stringMatching(/^2026-01-02T03:04:01/), sent_at: null },
      ]);
    });
  });

  it('shows the kind and the text of its content, who sent it and what it answers', async () => {
    const answer = {
      message: inbound('yes', {
        sender_id: 'sender',
        contact_message: { text_message: { text: 'yes' }, reply_to: { message_id: 'before' } },
      }),
      project_id: 'project',
    };
    await inEveryOrder(migrated, [answer], ({ message }) => {
      expect(message).toMatchObject([
        {
          kind: 'text_message',
          text: 'yes',
          sender_id: 'sender',
          reply_to_message_id: 'before',
          project_id: 'project',
        },
      ]);
    });
  });

  it('that comes in two wordings has the one that Sinch accepted last, whatever the envelope says', async () => {
    const wording = (text: string, acceptedAt: number, eventAt: number) => ({
      event_time: at(eventAt),
      message: inbound(text, { accept_time: at(acceptedAt) }),
    });
    await inEveryOrder(migrated, [wording('A', 2, 1), wording('Z', 1, 2)], ({ message }) => {
      expect(message).toMatchObject([{ content: { text_message: { text: 'A' } } }]);
    });
  });

  it('that is submitted again, on another channel, has the later content', async () => {
    const submitted = (text: string, second: number) => ({
      event_time: at(second),
      message_submit_notification: { message_id: 'm', submitted_message: { text } },
    });
    await inEveryOrder(migrated, [submitted('Z', 1), submitted('A', 2)], ({ message }) => {
      expect(message).toMatchObject([{ content: { text: 'A' } }]);
    });
  });

  it("keeps the sender's metadata apart from the channel's, whatever comes last", async () => {
    const bodies = [
      report('QUEUED_ON_CHANNEL', 1, { metadata: 'order-7' }),
      { ...report('DELIVERED', 2), message_metadata: '{"operator":"Example"}' },
    ];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([
        { metadata: 'order-7', channel_metadata: '{"operator":"Example"}' },
      ]);
    });
  });

  it('keeps the conversation metadata of what an inbound message answers', async () => {
    const body = { message: inbound('hi', { metadata: 'channel' }), message_metadata: 'asked' };
    await inEveryOrder(migrated, [body], ({ message }) => {
      expect(message).toMatchObject([
        { metadata: null, channel_metadata: 'channel', conversation_metadata: 'asked' },
      ]);
    });
  });

  it("knows the batch that it was sent with, without which the sender's metadata stay", async () => {
    const bodies = [
      report('QUEUED_ON_CHANNEL', 1, { metadata: '{"order":7}' }),
      report('DELIVERED', 2, { metadata: '{"order":7,"_batch_id":"b","message_index":3}' }),
    ];
    await inEveryOrder(migrated, bodies, ({ message }) => {
      expect(message).toMatchObject([{ metadata: '{"order":7}', batch_id: 'b' }]);
    });
    const alone = [report('READ', 1, { metadata: '{"_batch_id":"b"}' })];
    await inEveryOrder(migrated, alone, ({ message }) => {
      expect(message).toMatchObject([{ metadata: null, batch_id: 'b' }]);
    });
  });

  it('is written with an id, an identity and metadata of any length', async () => {
    const long = 'x'.repeat(10_000);
    const body = report(long, 1, {
      message_id: long,
      metadata: 'é'.repeat(3_000),
      conversation_id: long,
      contact_id: long,
      channel_identity: { channel: long, identity: `ACME ${long}` },
    });
    await inEveryOrder(migrated, [body], ({ message, message_status: lines }) => {
      expect(message).toMatchObject([{ metadata: 'é'.repeat(3_000) }]);
      expect(lines).toHaveLength(1);
    });
  });

  it('settles what two events contradict each other in by bytes, not by the locale', async () => {
    const texts = ['B', 'a', 'ä', '\uffff', '\u{10000}'];
    const bytes = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const [index, text] of bytes.entries()) {
      const other = bytes[index + 1] ?? text;
      const bodies = [
        report('READ', 1, { metadata: text }),
        report('READ', 2, { metadata: other }),
      ];
      await inEveryOrder(migrated, bodies, ({ message }) => {
        expect(message).toMatchObject([{ metadata: other }]);
      });
    }
  });
});

describe('a conversation', () => {
  const change = (kind: string, second?: number, fields: object = {}) => ({
    ...(second === undefined ? {} : { event_time: at(second) }),
    [`conversation_${kind}_notification`]: { conversation: { id: 'conv', ...fields } },
  });

  it.each([
    ['ACTIVE', [change('start', 1)]],
    ['ACTIVE', [change('start')]],
    ['STOPPED', [change('start', 1), change('stop', 2)]],
    ['STOPPED', [change('start', 1), change('stop', 1)]],
    ['ACTIVE', [change('start', 2), change('stop', 1)]],
    ['STOPPED', [change('start'), change('stop', 1)]],
    ['STOPPED', [change('start', 9), change('stop')]],
    ['DELETED', [change('start', 9), change('stop', 5), change('delete')]],
    [
      'DELETED',
      [change('start', 9), { conversation_delete_notification: { conversation_id: 'conv' } }],
    ],
    [null, [report('READ', 1, { conversation_id: 'conv' })]],
  ])('is %s after %j', async (state, bodies) => {
    await inEveryOrder(migrated, bodies, ({ conversation }) => {
      expect(conversation).toMatchObject([{ state }]);
    });
  });

  it('has its latest details, and the channel that was used last', async () => {
    const bodies = [
      change('start', 9, { metadata: 'start', active_channel: 'SMS' }),
      change('stop', 1, { metadata: 'end', active_channel: 'RCS' }),
    ];
    await inEveryOrder(migrated, bodies, ({ conversation }) => {
      expect(conversation).toMatchObject([{ metadata: 'start', active_channel: 'SMS' }]);
    });
  });

  it('keeps numbers as they were written', async () => {
    const body = `{"conversation_start_notification":{"conversation":{"id":"conv",
      "metadata_json":{"order":9007199254740993,"price":1.10,"far":1e400}}}}`;
    await inEveryOrder(migrated, [body], async () => {
      const [found] = await migrated.read('SELECT metadata_json::text AS text FROM conversation');
      expect(found?.['text']).toContain('"order": 9007199254740993');
      expect(found?.['text']).toContain('"price": 1.10');
    });
  });
});

describe('the latest wins for', () => {
  const later = { event_time: at(2) };
  const earlier = { event_time: at(1) };
  const who = { contact_id: 'c', channel: 'RCS', identity: '1' };

  it.each([
    ['capability', 'capability_notification', who, 'capability_status'],
    ['record', 'record_notification', { entity_id: 'r' }, 'record_status'],
    ['batch', 'batch_status_update_notification', { batch_id: 'b' }, 'batch_status'],
  ])('%s', async (table, key, fields, status) => {
    const bodies = [
      { ...later, [key]: { ...fields, [status]: 'A_LATER' } },
      { ...earlier, [key]: { ...fields, [status]: 'Z_EARLIER' } },
      { [key]: { ...fields, [status]: 'Z_TIMELESS' } },
    ];
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows[table]).toMatchObject([{ status: 'A_LATER' }]);
    });
  });

  it('message_analysis', async () => {
    const analysis = (time: object, word: string) => ({
      ...time,
      smart_conversation_notification: { message_id: 'm', analysis_results: { word } },
    });
    const bodies = [analysis(later, 'A'), analysis(earlier, 'Z'), analysis({}, 'Z')];
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows['message_analysis']).toMatchObject([{ results: { word: 'A' } }]);
    });
  });

  it('inbound_event, by the time that Sinch accepted it', async () => {
    const event = (emoji: string, acceptedAt: number, eventAt: number) => ({
      event_time: at(eventAt),
      event: {
        id: 'e',
        accept_time: at(acceptedAt),
        contact_message_event: { reaction_event: { emoji } },
      },
    });
    await inEveryOrder(migrated, [event('A', 2, 1), event('Z', 1, 2)], (rows) => {
      expect(rows['inbound_event']).toMatchObject([
        { kind: 'reaction_event', content: { reaction_event: { emoji: 'A' } } },
      ]);
    });
  });

  it('none of the channel events: each is a row of its own', async () => {
    const event = (event_type: string) => ({
      channel_event_notification: { channel_event: { channel: 'RCS', event_type } },
    });
    await inEveryOrder(migrated, [event('A'), event('B')], (rows) => {
      expect(rows['channel_event']).toHaveLength(2);
    });
  });

  it.each([
    [
      'record',
      'record_notification',
      { entity_id: 'r' },
      'record_status',
      'EVENT_RECORD_STORED',
      'RECORD_STATUS_UNSPECIFIED',
    ],
    [
      'batch',
      'batch_status_update_notification',
      { batch_id: 'b' },
      'batch_status',
      'BATCH_STATUS_PROCESSED',
      'SCHEDULED',
    ],
    [
      'batch',
      'batch_status_update_notification',
      { batch_id: 'b' },
      'batch_status',
      'SCHEDULED',
      'BATCH_STATUS_READY',
    ],
  ])(
    'no %s that stands further already (%s, %j, %s): %s stays when %s comes later',
    async (table, key, fields, status, further, before) => {
      const bodies = [
        { ...later, [key]: { ...fields, [status]: before } },
        { ...earlier, [key]: { ...fields, [status]: further } },
      ];
      await inEveryOrder(migrated, bodies, (rows) => {
        expect(rows[table]).toMatchObject([{ status: further }]);
      });
    },
  );
});

it('what is no text and no event is listed by what it is: reactions and the unsupported', async () => {
  const reaction = {
    event: {
      id: 'e',
      accept_time: at(1),
      ...on('WHATSAPP'),
      contact_message_event: { reaction_event: { emoji: '👍', action: 'REACT', message_id: 'm' } },
    },
  };
  const unsupported = { unsupported_callback: { id: 'u', channel: 'VIBER', payload: '{"a":1}' } };
  await inEveryOrder(migrated, [reaction, unsupported], (rows) => {
    expect(rows['reaction']).toMatchObject([
      { id: 'e', sinch_message_id: 'm', emoji: '👍', action: 'REACT', identity: '15555550100' },
    ]);
    expect(rows['unsupported']).toMatchObject([{ id: 'u', channel: 'VIBER', payload: '{"a":1}' }]);
  });
});
