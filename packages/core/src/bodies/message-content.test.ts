import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { triggerCatalog } from '../events/triggers.ts';
import { type MessageContent, messageContent } from './message-content.ts';
import { messageOf } from './sinch-event.fixture.ts';

const inbound = (contact_message: unknown) =>
  messageContent(messageOf({ message: { id: 'm', contact_message } }));
const redacted = (contact_message: unknown) =>
  messageContent(messageOf({ message_redaction: { id: 'm', contact_message } }));
const noReply = { replyTo: undefined };
const media = { url: 'https://media.example.com/a', thumbnailUrl: undefined, fileName: undefined };

describe('the content of a message of a contact', () => {
  it.each([
    [{ text_message: { text: 'hi' } }, { kind: 'text', text: 'hi' }],
    [{ media_message: { url: media.url } }, { kind: 'media', ...media }],
    [
      { media_message: { url: 'u', thumbnail_url: 't', filename_override: 'n.pdf' } },
      { kind: 'media', url: 'u', thumbnailUrl: 't', fileName: 'n.pdf' },
    ],
    [
      { media_card_message: { url: 'u', caption: 'c' } },
      { kind: 'mediaCard', url: 'u', caption: 'c' },
    ],
    [
      { choice_response_message: { message_id: '01OUT', postback_data: 'yes' } },
      { kind: 'choice', messageId: '01OUT', postbackData: 'yes' },
    ],
    [
      {
        location_message: { title: '', label: 'l', coordinates: { latitude: 0, longitude: -7.5 } },
      },
      { kind: 'location', title: undefined, label: 'l', latitude: 0, longitude: -7.5 },
    ],
    [
      {
        product_response_message: {
          text: 't',
          catalog_id: 'k',
          products: [{ id: 'p', marketplace: 'FACEBOOK', quantity: 2, item_price: 7.5 }, null],
        },
      },
      {
        kind: 'productResponse',
        text: 't',
        catalogId: 'k',
        products: [
          { id: 'p', marketplace: 'FACEBOOK', quantity: 2, itemPrice: 7.5, currency: undefined },
        ],
      },
    ],
    [
      { fallback_message: { raw_message: 'r', reason: { code: 'UNKNOWN', sub_code: 's' } } },
      {
        kind: 'fallback',
        rawMessage: 'r',
        reason: {
          code: 'UNKNOWN',
          description: undefined,
          subCode: 's',
          channelCode: undefined,
        },
      },
    ],
    [
      {
        channel_specific_message: {
          message_type: 'nfm_reply',
          message: { type: 'nfm_reply', nfm_reply: { name: 'flow', response_json: '{}' } },
        },
      },
      {
        kind: 'channelSpecific',
        messageType: 'nfm_reply',
        message: { type: 'nfm_reply', nfm_reply: { name: 'flow', response_json: '{}' } },
      },
    ],
  ])('%j has its kind and its fields', (contactMessage, content) => {
    expect(inbound(contactMessage)).toStrictEqual({ ...content, ...noReply });
    const replied = inbound({ reply_to: { message_id: '01OUT' }, ...contactMessage });
    expect(replied).toStrictEqual({ ...content, replyTo: '01OUT' });
  });

  it('keeps coordinates that a double rounds as the nearest number', () => {
    const text =
      '{"message":{"contact_message":{"location_message":{"coordinates":{"latitude":59.32930,"longitude":18.06860000000000000001}}}}}';
    expect(messageContent(messageOf(text))).toMatchObject({
      latitude: 59.3293,
      longitude: 18.0686,
    });
  });

  it('is another kind, with its name and value, where Sinch has added one', () => {
    const value = { stars: 5 };
    expect(inbound({ rating_message: value, reply_to: { message_id: 'r' } })).toStrictEqual({
      kind: 'other',
      name: 'rating_message',
      value,
      replyTo: 'r',
    });
    const beside = { rating: value, text_message: { text: 'hi' } };
    expect(inbound(beside)).toStrictEqual({ kind: 'text', text: 'hi', ...noReply });
  });

  it.each([
    undefined,
    null,
    '',
    7,
    [],
    {},
    { text_message: null },
    { text_message: {} },
    { text_message: { text: '' } },
    { text_message: { text: 7 } },
    { text_message: 'hi' },
    { media_message: { thumbnail_url: 't' } },
    { media_card_message: { caption: 'c' } },
    { reply_to: {} },
    { rating_message: null },
  ])('%j is none', (contactMessage) => {
    expect(inbound(contactMessage)).toStrictEqual({ kind: 'none', ...noReply });
    expect(redacted(contactMessage)).toStrictEqual({ kind: 'none', ...noReply });
  });

  it('finds the kind among members without a value', () => {
    const unused = { media_message: null, location_message: {}, fallback_message: '' };
    const content = inbound({ ...unused, text_message: { text: 'hi' } });
    expect(content).toStrictEqual({ kind: 'text', text: 'hi', ...noReply });
  });

  it('takes a field of an unexpected type for absent, and keeps its neighbours', () => {
    const location_message = { title: 7, label: 'l', coordinates: { latitude: '1', longitude: 2 } };
    expect(inbound({ location_message })).toMatchObject({
      title: undefined,
      label: 'l',
      latitude: undefined,
      longitude: 2,
    });
  });

  it('has nothing of the text that a redaction removes', () => {
    const quoted = { masked: '…', original_text: 'secret', part: { original_text: 'secret' } };
    expect(redacted({ rating_message: quoted, original_text: 'secret' })).toStrictEqual({
      kind: 'other',
      name: 'rating_message',
      value: { masked: '…', part: {} },
      ...noReply,
    });
    expect(redacted({ original_text: 'secret' }).kind).toBe('none');
  });
});

describe('messageContent', () => {
  it('narrows the fields by the kind, and names every kind', () => {
    const content = inbound({ text_message: { text: 'hi' } });
    if (content.kind !== 'text') throw new Error(content.kind);
    expectTypeOf(content.text).toEqualTypeOf<string>();
    expectTypeOf(content.replyTo).toEqualTypeOf<string | undefined>();
    // @ts-expect-error: a field of another kind.
    expect(content.url).toBeUndefined();
    // @ts-expect-error: a misspelt kind.
    expect(inbound({}).kind === 'medai').toBe(false);
    type Kinds =
      | 'text'
      | 'media'
      | 'mediaCard'
      | 'location'
      | 'choice'
      | 'productResponse'
      | 'fallback'
      | 'channelSpecific'
      | 'card'
      | 'carousel'
      | 'choices'
      | 'list'
      | 'template'
      | 'contactInfo'
      | 'other'
      | 'none';
    expectTypeOf<MessageContent['kind']>().toEqualTypeOf<Kinds>();
  });

  const members = `
    text_message media_message media_card_message location_message coordinates
    choice_response_message product_response_message fallback_message reason
    channel_specific_message card_message carousel_message choice_message list_message
    template_message contact_info_message reply_to message_id text url choices cards sections
    items choice product products channel_template omni_template parameters name phone_numbers
    other __proto__ constructor toString latitude WHATSAPP`
    .trim()
    .split(/\s+/);
  const { part } = fc.letrec<{ part: unknown }>((tie) => ({
    part: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('part'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...members), tie('part'), { maxKeys: 6 }),
    ),
  }));

  it('never throws, whatever JSON stands for the message', () => {
    const triggers = [
      ['MESSAGE_INBOUND', 'contact_message'],
      ['MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION', 'contact_message'],
      ['MESSAGE_SUBMIT', 'submitted_message'],
    ] as const;
    const message = fc.oneof(part, fc.dictionary(fc.constantFrom(...members), part));
    fc.assert(
      fc.property(fc.constantFrom(...triggers), message, part, ([trigger, name], content, at) => {
        const section = { [name]: content, channel_identity: { channel: at } };
        const body = { [triggerCatalog[trigger].topLevelKey]: section };
        expect(messageContent(messageOf(body)).kind).toMatch(/^[a-zA-Z]+$/);
      }),
      { numRuns: 600 },
    );
  });

  it('never throws, however deep the message is nested', () => {
    const depth = 100_000;
    const deep = `${'{"a":'.repeat(depth)}{}${'}'.repeat(depth)}`;
    for (const key of ['message', 'message_redaction']) {
      const text = `{"${key}":{"contact_message":{"rating":${deep}}}}`;
      expect(messageContent(messageOf(text))).toMatchObject({ kind: 'other', name: 'rating' });
    }
  });
});
