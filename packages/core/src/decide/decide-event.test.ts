import { describe, expect, it } from 'vitest';
import type { CallbackEvent } from '../events/callback-event.ts';
import { eventKey } from '../events/event-key.ts';
import { recognise } from '../events/recognise.ts';
import { knownTriggers, triggerCatalog } from '../events/triggers.ts';
import { decideEvent } from './decide-event.ts';

function eventOf(body: object | string): CallbackEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const recognition = recognise(text);
  const trigger = recognition.kind === 'known' ? recognition.trigger : 'UNKNOWN';
  return {
    key: eventKey(trigger, undefined, Buffer.from(text)),
    trigger,
    entityId: undefined,
    rawBody: { encoding: 'utf8', text },
    receivedAt: '2026-01-02T03:04:05.678Z',
    signature: undefined,
  };
}

function factsOf(body: object | string) {
  const decision = decideEvent(eventOf(body));
  if (decision.kind !== 'apply') throw new Error(`${decision.kind}, not applied`);
  return decision.facts;
}

const report = {
  app_id: '01APP',
  project_id: '',
  accepted_time: '2026-01-02T03:00:00Z',
  event_time: '2026-01-02T03:00:01.123456789Z',
  correlation_id: 'order 7',
  message_delivery_report: {
    message_id: '01MSG',
    conversation_id: '',
    status: 'FAILED',
    channel_identity: { channel: 'WHATSAPP', identity: '15550100', app_id: '' },
    contact_id: '01CONTACT',
    reason: { code: 'BAD_REQUEST', description: 'no', sub_code: 'UNSPECIFIED_SUB_CODE' },
    metadata: 'row 7',
    processing_mode: 'DISPATCH',
  },
};

describe('decideEvent', () => {
  it('reads a delivery report into a message, a line of its history, and its contact', () => {
    const facts = factsOf(report);
    expect(facts.messages).toMatchObject([
      {
        sinchMessageId: '01MSG',
        conversationId: undefined,
        contactId: '01CONTACT',
        direction: 'TO_CONTACT',
        metadata: 'row 7',
        correlationId: 'order 7',
        happenedAt: '2026-01-02T03:00:00.000000Z',
        sentAt: '2026-01-02T03:00:00.000000Z',
        failedAt: '2026-01-02T03:00:01.123456Z',
        overallStatus: {
          status: 'FAILED',
          statusRank: 30,
          statusAt: '2026-01-02T03:00:01.123456Z',
          channel: 'WHATSAPP',
          identity: '15550100',
          reasonCode: 'BAD_REQUEST',
          reasonSubCode: 'UNSPECIFIED_SUB_CODE',
        },
      },
    ]);
    expect(facts.messageStatuses).toEqual([
      {
        sinchMessageId: '01MSG',
        status: 'FAILED',
        rank: 30,
        channel: 'WHATSAPP',
        identity: '15550100',
        channelIdentity: '15550100',
        eventTime: '2026-01-02T03:00:01.123456Z',
        reasonCode: 'BAD_REQUEST',
        reasonDescription: 'no',
        reasonSubCode: 'UNSPECIFIED_SUB_CODE',
        reasonChannelCode: undefined,
      },
    ]);
    expect(facts.contacts).toMatchObject([{ sinchContactId: '01CONTACT' }]);
    expect(facts.conversations).toEqual([]);
  });

  it('reads the shape of 2020: a plain channel, and an empty text for a reason', () => {
    const facts = factsOf({
      app_id: 'a',
      message_delivery_report: { message_id: 'm', status: 'DELIVERED', channel: 'SMS', reason: '' },
    });
    expect(facts.messageStatuses).toMatchObject([{ channel: 'SMS', reasonCode: undefined }]);
  });

  it('reads an inbound message into a message, its conversation, contact and identity', () => {
    const facts = factsOf({
      app_id: '01APP',
      message: {
        id: '01IN',
        direction: 'TO_APP',
        contact_message: { text_message: { text: 'hi' } },
        channel_identity: { channel: 'SMS', identity: '+15550101', app_id: '' },
        conversation_id: '01CONV',
        contact_id: '01CONTACT',
        accept_time: '2026-01-02T03:00:00Z',
      },
    });
    expect(facts.messages).toMatchObject([
      {
        sinchMessageId: '01IN',
        direction: 'TO_APP',
        overallStatus: { status: undefined, statusRank: 0, channel: 'SMS', identity: '15550101' },
        content: { kind: 'text_message', text: 'hi', json: '{"text_message":{"text":"hi"}}' },
      },
    ]);
    expect(facts.conversations).toMatchObject([
      { sinchConversationId: '01CONV', contactId: '01CONTACT' },
    ]);
    expect(facts.contactIdentities).toMatchObject([
      { channel: 'SMS', identity: '15550101', channelIdentity: '+15550101', appId: '' },
    ]);
  });

  it.each(['message_id', 'status'])(
    'refuses a report without %s and says what is missing',
    (field) => {
      const { [field as 'status']: _, ...rest } = report.message_delivery_report;
      const decision = decideEvent(eventOf({ message_delivery_report: rest }));
      expect(decision).toMatchObject({
        kind: 'refuse',
        reason: `message_delivery_report.${field} is missing`,
      });
    },
  );

  it('refuses what is not JSON', () => {
    expect(decideEvent(eventOf('{"message":{'))).toMatchObject({
      kind: 'refuse',
      reason: 'the body is not JSON',
    });
  });

  it('keeps an unknown trigger with its envelope, for a replay once it is known', () => {
    const decision = decideEvent(eventOf({ app_id: '01APP', brand_new_notification: { id: 'x' } }));
    expect(decision).toMatchObject({ kind: 'keep', envelope: { appId: '01APP' } });
  });

  it('replaces what Postgres refuses in the copy that it is to store', () => {
    const decision = decideEvent(
      eventOf(
        String.raw`{"message":{"id":"m","contact_message":{"text_message":{"text":"a\u0000b\ud800c😀"}}}}`,
      ),
    );
    if (decision.kind !== 'apply') throw new Error(decision.kind);
    expect(decision.facts.messages[0]?.content?.json).toContain('a\ufffdb\ufffdc😀');
  });

  it.each(knownTriggers)('never throws on %s, whatever stands under its key', (trigger) => {
    for (const value of [null, '', 'text', 7, [], [null], {}, { contact: 7, conversation: [] }]) {
      const decision = decideEvent(eventOf({ [triggerCatalog[trigger].topLevelKey]: value }));
      expect(['apply', 'keep', 'refuse']).toContain(decision.kind);
    }
  });
});
