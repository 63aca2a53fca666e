import { describe, expect, it } from 'vitest';
import { createEventWriter, recordDeadLetter } from '../../src/index.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { at, inbound, inEveryOrder, on, report } from './every-order.ts';

// any-order.test.ts shows that order never matters; this shows what every order ends in, one
// guarantee for each rule of the projections.
const migrated = useMigratedDatabase();

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

  it("has the batch that it was sent with, and the sender's metadata without it", async () => {
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
