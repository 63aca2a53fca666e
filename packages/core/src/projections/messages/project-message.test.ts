import { describe, expect, it } from 'vitest';
import { factsOf, greatest, only } from '../../decide/decide-event.fixture.ts';

const acceptTime = '2026-11-27T04:00:00Z';
const acceptedAt = '2026-11-27T04:00:00.000000Z';

function inbound(more: object = {}, envelope: object = {}, topLevelKey = 'message') {
  return {
    app_id: '01APP',
    ...envelope,
    [topLevelKey]: {
      id: '01IN',
      direction: 'TO_APP',
      contact_message: { text_message: { text: 'hello' } },
      channel_identity: { channel: 'SMS', identity: '15550100', app_id: '' },
      accept_time: acceptTime,
      ...more,
    },
  };
}

const submit = (more: object, envelope: object = {}) => ({
  app_id: '01APP',
  ...envelope,
  message_submit_notification: more,
});

const messageOf = (...given: Parameters<typeof factsOf>) => only(factsOf(...given).messages);

describe('an inbound message', () => {
  it('has its kind, its text and its sender', () => {
    const more = {
      sender_id: 'ACME',
      contact_message: { reply_to: { message_id: '01OUT' }, text_message: { text: 'yes' } },
    };
    expect(messageOf(inbound(more))).toMatchObject({
      content: { kind: 'text_message', text: 'yes' },
      senderId: 'ACME',
      replyToMessageId: '01OUT',
      happenedAt: acceptedAt,
      sentAt: undefined,
      overallStatus: { status: undefined, statusRank: 0, channel: 'SMS', identity: '15550100' },
    });
  });

  it.each([
    [{ text_message: { text: 'a' }, reply_to: null }, 'text_message', 'a'],
    [{ media_message: null, text_message: { text: 'a' } }, 'text_message', 'a'],
    [
      { text_message: {}, media_card_message: { url: 'u', caption: 'c' } },
      'media_card_message',
      'c',
    ],
    [{ media_message: { url: 'u' } }, 'media_message', undefined],
    [{ location_message: { title: 't', coordinates: {} } }, 'location_message', 't'],
    [
      { choice_response_message: { message_id: 'm', postback_data: 'p' } },
      'choice_response_message',
      undefined,
    ],
    [{ fallback_message: { raw_message: 'r', reason: {} } }, 'fallback_message', undefined],
    [{ brand_new_message: { text: 'n' } }, 'brand_new_message', 'n'],
    [{ text_message: { text: '' }, reply_to: { message_id: 'm' } }, 'text_message', undefined],
    [{ text_message: null, media_message: {} }, undefined, undefined],
    [{}, undefined, undefined],
  ])('%j is a %s that says %s', (contact_message, kind, text) => {
    expect(messageOf(inbound({ contact_message })).content).toMatchObject({ kind, text });
  });

  it('keeps numbers of its content exact', () => {
    const body = JSON.stringify(inbound({ contact_message: { location_message: { at: '@' } } }));
    const json = messageOf(body.replace('"@"', '[52.52000812345678901,9007199254740993]')).content
      ?.json;
    expect(json).toBe('{"location_message":{"at":[52.52000812345678901,9007199254740993]}}');
  });

  it("has the channel's metadata, and in the envelope the conversation's", () => {
    const body = inbound(
      { metadata: 'of the channel' },
      { message_metadata: 'of the conversation' },
    );
    expect(messageOf(body)).toMatchObject({
      metadata: undefined,
      channelMetadata: 'of the channel',
      conversationMetadata: 'of the conversation',
    });
  });

  it.each([
    { choice_response_message: { message_id: '01OUT', postback_data: 'p' } },
    { text_message: { text: 'yes' }, reply_to: { message_id: '01OUT' } },
  ])("has the sender's metadata of the message that it answers: %j", (contact_message) => {
    const metadata = '{"order":7,"_batch_id":"b"}';
    expect(messageOf(inbound({ contact_message, metadata }))).toMatchObject({
      metadata: '{"order":7}',
      batchId: 'b',
      channelMetadata: undefined,
      replyToMessageId: '01OUT',
    });
  });

  it('settles no outbound row by the marker of the message that it answers', () => {
    const contact_message = { choice_response_message: { message_id: '01OUT' } };
    const metadata = 'sc:6f9619ff-8b86-4011-b42d-00c04fc964ff;order-7';
    expect(messageOf(inbound({ contact_message, metadata }))).toMatchObject({
      metadata: 'order-7',
      outboundId: undefined,
    });
  });

  it('is redacted whichever comes first and whatever the clocks say', () => {
    const redacted = {
      contact_message: { text_message: { text: '{REDACTED}' } },
      accept_time: undefined,
    };
    const original = messageOf(inbound());
    const redaction = messageOf(inbound(redacted, {}, 'message_redaction'));
    const contents = [original, redaction]
      .map(({ content }) => content)
      .filter((one) => one !== undefined);
    expect(greatest(contents).text).toBe('{REDACTED}');
    expect(original.redactedAt).toBeUndefined();
    expect(redaction.redactedAt).toBe('2026-11-27T12:00:00.000000Z');
    const at = { event_time: '2026-11-27T05:00:00Z' };
    expect(messageOf(inbound(redacted, at, 'message_redaction')).redactedAt).toBe(
      '2026-11-27T05:00:00.000000Z',
    );
  });

  it('that is redacted without a replacement has no text', () => {
    const body = inbound({ contact_message: null }, {}, 'message_redaction');
    expect(messageOf(body).content).toMatchObject({ json: '{}', kind: undefined, text: undefined });
  });

  it('that is redacted keeps nothing of an original that the redaction quotes', () => {
    const contact_message = { text_message: { text: '{REDACTED}', original_text: 'card' } };
    const { content } = messageOf(inbound({ contact_message }, {}, 'message_redaction'));
    expect(content?.json).toBe('{"text_message":{"text":"{REDACTED}"}}');
  });

  it('of a clock far ahead happened when it was received', () => {
    expect(messageOf(inbound({ accept_time: '2062-01-01T00:00:00Z' })).happenedAt).toBe(
      '2026-11-27T12:00:00.000000Z',
    );
  });
});

describe('a submitted message', () => {
  it('has content, channel and the time it was sent, and no status', () => {
    const body = submit(
      {
        message_id: '01OUT',
        channel_identity: { channel: 'RCS', identity: '+15550100' },
        submitted_message: {
          card_message: { title: 'Sale', description: 'd' },
          explicit_channel_message: { RCS: 'x' },
        },
        metadata: 'order-7',
      },
      { accepted_time: '2026-11-20T10:00:00Z', event_time: '2026-11-20T10:00:01Z' },
    );
    const facts = factsOf(body);
    expect(only(facts.messages)).toMatchObject({
      metadata: 'order-7',
      content: { kind: 'card_message', text: 'Sale' },
      overallStatus: { status: undefined, statusRank: 0, channel: 'RCS', identity: '15550100' },
      sentAt: '2026-11-20T10:00:00.000000Z',
      happenedAt: '2026-11-20T10:00:00.000000Z',
    });
    expect([...facts.messageStatuses, ...facts.messageChannels]).toEqual([]);
  });

  it('is found by the id within the message, which is no content', () => {
    expect(messageOf(submit({ submitted_message: { message_id: '01OUT' } }))).toMatchObject({
      sinchMessageId: '01OUT',
      content: undefined,
    });
  });
});

it('an analysis keeps its numbers exact', () => {
  const text =
    '{"smart_conversation_notification":{"message_id":"m","analysis_results":{"score":0.90,"n":12345678901234567890}}}';
  expect(only(factsOf(text).messageAnalyses).results.json).toBe(
    '{"score":0.90,"n":12345678901234567890}',
  );
});
