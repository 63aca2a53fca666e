import { describe, expect, it } from 'vitest';
import { factsOf, only } from '../../decide/decide-event.fixture.ts';
import { digestOfRawBody } from '../../events/event-key.ts';

const channel_identity = { channel: 'MESSENGER', identity: '7', app_id: '01APP' };

describe('an event of a contact', () => {
  it('that is a reaction has its emoji, message, contact and time', () => {
    const facts = factsOf({
      app_id: '01APP',
      event: {
        id: '01EVENT',
        contact_event: {},
        contact_message_event: {
          payment_status_update_event: null,
          reaction_event: {
            emoji: '❤️',
            action: 'REACTION_ACTION_REACT',
            message_id: '01OUT',
            reaction_category: 'love',
          },
        },
        channel_identity,
        contact_id: 'c',
        accept_time: '2026-11-20T10:00:00Z',
      },
    });
    expect(only(facts.inboundEvents)).toMatchObject({
      id: '01EVENT',
      event: { kind: 'reaction_event' },
    });
    expect(facts.reactions).toEqual([
      {
        id: '01EVENT',
        appId: '01APP',
        sinchMessageId: '01OUT',
        emoji: '❤️',
        action: 'REACTION_ACTION_REACT',
        category: 'love',
        contactId: 'c',
        channel: 'MESSENGER',
        identity: '7',
        channelIdentity: '7',
        happenedAt: '2026-11-20T10:00:00.000000Z',
      },
    ]);
  });

  it.each([
    [{ composing_event: {} }, 'composing_event'],
    [{ composing_event: null, composing_end_event: {} }, 'composing_end_event'],
    [{ composing_event: {}, comment_event: { text: 'x' } }, 'comment_event'],
    [{}, 'unknown'],
  ])('%j is a %s', (contact_event, kind) => {
    const facts = factsOf({ event: { id: 'e', contact_event } });
    expect(only(facts.inboundEvents).event.kind).toBe(kind);
    expect(facts.reactions).toEqual([]);
  });

  it('without an id is identified by the digest of its bytes', () => {
    const text = JSON.stringify({ event: { contact_event: { composing_event: {} } } });
    expect(only(factsOf(text).inboundEvents).id).toBe(digestOfRawBody(Buffer.from(text)));
  });
});

describe('changes of a channel', () => {
  const text =
    '{"app_id":"01APP","event_time":"2026-11-20T10:00:00Z","channel_event_notification":{"channel_event":{"channel":"WHATSAPP","event_type":"WHATS_APP_QUALITY_RATING_CHANGED","additional_data":{"b":1.0,"a":9007199254740993}}}}';
  const newsOf = (body: string) => only(factsOf(body).channelEvents);

  it('are the same in another serialisation', () => {
    const copy =
      '{ "channel_event_notification": {"channel_event": {"event_type": "WHATS_APP_QUALITY_RATING_CHANGED", "additional_data": {"a": 9007199254740993, "b": 1}, "channel": "WHATSAPP"}}, "event_time": "2026-11-20T10:00:00.000+00:00", "app_id": "01APP"}';
    expect(newsOf(copy)).toEqual(newsOf(text));
    expect(newsOf(text)).toMatchObject({
      contentDigest: expect.stringMatching(/^[0-9a-f]{32}$/),
      additionalDataJson: '{"a":9007199254740993,"b":1}',
      at: '2026-11-20T10:00:00.000000Z',
    });
  });

  it.each([
    ['01APP', '01OTHER'],
    ['10:00:00Z', '10:00:01Z'],
    ['9007199254740993', '9007199254740992'],
    ['WHATSAPP', 'RCS'],
  ])('are others where %s is %s', (from, to) => {
    expect(newsOf(text.replace(from, to)).contentDigest).not.toBe(newsOf(text).contentDigest);
  });
});

it('what Sinch has no shape for is kept as the text that it is', () => {
  const unsupported_callback = {
    channel: 'MESSENGER',
    payload: '{"a":1.0}',
    contact_id: 'c',
    channel_identity,
  };
  const text = JSON.stringify({ app_id: '01APP', unsupported_callback });
  expect(factsOf(text).unsupported).toEqual([
    {
      id: digestOfRawBody(Buffer.from(text)),
      appId: '01APP',
      contactId: 'c',
      conversationId: undefined,
      channel: 'MESSENGER',
      identity: '7',
      channelIdentity: '7',
      payload: '{"a":1.0}',
      happenedAt: '2026-11-27T12:00:00.000000Z',
    },
  ]);
});
