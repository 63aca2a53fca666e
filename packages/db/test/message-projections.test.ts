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

  it('was created when its first event was received, and last updated with its last', async () => {
    await inEveryOrder(migrated, [report('READ', 1), report('DELIVERED', 2)], ({ message }) => {
      expect(message).toMatchObject([
        {
          created_at: expect.stringMatching(/^2026-01-02T03:05:00/),
          last_updated_at: expect.stringMatching(/^2026-01-02T03:05:01/),
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

  it('has the metadata of its report, or else of the envelope', async () => {
    const envelope = { ...report('READ', 1), message_metadata: 'envelope' };
    await inEveryOrder(migrated, [envelope], ({ message }) => {
      expect(message).toMatchObject([{ metadata: 'envelope' }]);
    });
    const both = { ...report('READ', 1, { metadata: 'body' }), message_metadata: 'envelope' };
    await inEveryOrder(migrated, [both], ({ message }) => {
      expect(message).toMatchObject([{ metadata: 'body' }]);
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

  it('that was stopped is not started again, and that was deleted stays so', async () => {
    await inEveryOrder(migrated, [change('start', 9), change('stop', 1)], ({ conversation }) => {
      expect(conversation).toMatchObject([{ state: 'STOPPED' }]);
    });
    const all = [change('start', 9), change('stop', 5), change('delete')];
    await inEveryOrder(migrated, all, ({ conversation }) => {
      expect(conversation).toMatchObject([{ state: 'DELETED' }]);
    });
  });

  it('has the details of its furthest state, and the channel that was used last', async () => {
    const bodies = [
      change('start', 9, { metadata: 'start', active_channel: 'SMS' }),
      change('stop', 1, { metadata: 'end', active_channel: 'RCS' }),
    ];
    await inEveryOrder(migrated, bodies, ({ conversation }) => {
      expect(conversation).toMatchObject([{ metadata: 'end', active_channel: 'SMS' }]);
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
});
