import { describe, expect, it } from 'vitest';
import { messageContent } from '../message-content.ts';
import { messageOf } from '../sinch-event.fixture.ts';

const submitted = (submitted_message: unknown, more: object = {}) =>
  messageContent(messageOf({ message_submit_notification: { submitted_message, ...more } }));

const noReply = { replyTo: undefined };
const media = { url: 'https://media.example.com/a', thumbnailUrl: undefined, fileName: undefined };

describe('the content of a submitted message', () => {
  const text_message = { text: 'one' };
  const choices = [
    { text_message, postback_data: 'p' },
    { url_message: { title: 't', url: 'u' } },
    { call_message: { title: 't', phone_number: '+15550100' } },
    { location_message: { title: 't', coordinates: { latitude: 1, longitude: 2 } } },
    { calendar_message: { title: 't', event_start: '2026-01-02T03:04:05Z' } },
    { share_location_message: { title: 't', fallback_url: 'u' } },
    { brand_new_message: { title: 't' } },
    {},
    7,
  ];
  const readChoices = [
    { kind: 'text', text: 'one', postbackData: 'p' },
    { kind: 'url', title: 't', url: 'u' },
    { kind: 'call', title: 't', phoneNumber: '+15550100' },
    { kind: 'location', title: 't', latitude: 1, longitude: 2 },
    { kind: 'calendar', title: 't', eventStart: '2026-01-02T03:04:05Z', eventEnd: undefined },
    { kind: 'shareLocation', title: 't', fallbackUrl: 'u' },
    { kind: 'other', name: 'brand_new_message', value: { title: 't' } },
  ];
  const card = { title: 't', description: 'd', height: 'TALL', media_message: { url: media.url } };
  const readCard = { title: 't', description: 'd', height: 'TALL', media };

  it.each([
    [{ text_message }, { kind: 'text', text: 'one' }],
    [{ media_message: { url: media.url } }, { kind: 'media', ...media }],
    [{ location_message: { title: 't' } }, { kind: 'location', title: 't' }],
    [{ card_message: card }, { kind: 'card', ...readCard, choices: [] }],
    [{ card_message: { ...card, choices } }, { kind: 'card', choices: readChoices }],
    [
      { carousel_message: { cards: [card, 'x', card], choices } },
      { kind: 'carousel', cards: [readCard, readCard], choices: readChoices },
    ],
    [{ choice_message: { text_message, choices } }, { kind: 'choices', text: 'one' }],
    [
      {
        list_message: {
          title: 't',
          sections: [
            {
              title: 's',
              items: [
                { choice: { title: 'c', postback_data: 'p' } },
                { product: { id: 'x', marketplace: 'FACEBOOK' } },
              ],
            },
          ],
        },
      },
      {
        kind: 'list',
        title: 't',
        sections: [
          {
            title: 's',
            items: [
              { kind: 'choice', title: 'c', postbackData: 'p' },
              { kind: 'product', id: 'x', marketplace: 'FACEBOOK' },
            ],
          },
        ],
      },
    ],
    [
      {
        template_message: {
          omni_template: { template_id: 'o', version: '1', parameters: { name: 'Ada', age: 7 } },
          channel_template: { WHATSAPP: { template_id: 'w', language_code: 'en' }, RCS: null },
        },
      },
      {
        kind: 'template',
        omniTemplate: { templateId: 'o', version: '1', parameters: { name: 'Ada' } },
        channelTemplate: { WHATSAPP: { templateId: 'w', languageCode: 'en', parameters: {} } },
      },
    ],
    [
      {
        contact_info_message: {
          name: { full_name: 'Ada Example', first_name: 'Ada' },
          phone_numbers: [{ phone_number: '+15550100', type: 'WORK' }],
          email_addresses: [{ email_address: 'ada@example.com' }],
          birthday: '1990-01-02',
        },
      },
      {
        kind: 'contactInfo',
        name: { fullName: 'Ada Example', firstName: 'Ada', lastName: undefined },
        phoneNumbers: [{ phoneNumber: '+15550100', type: 'WORK' }],
        emailAddresses: [{ emailAddress: 'ada@example.com', type: undefined }],
        addresses: [],
        organization: undefined,
        birthday: '1990-01-02',
      },
    ],
  ])('%j has its kind and its fields', (message, content) => {
    const sent = { explicit_channel_message: { SMS: '{}' }, agent: { type: 'BOT' }, ...message };
    expect(submitted(sent)).toMatchObject(content);
    expect(submitted({ ...sent, reply_to: { message_id: 'r' } }).replyTo).toBe('r');
  });

  const byChannel = {
    KAKAOTALK: { message_type: 'COMMERCE', message: { buttons: [] } },
    WHATSAPP: { message_type: 'FLOWS', message: { flow_id: 'f' } },
  };

  it("is the one for the message's channel where there is no general one", () => {
    const at = { channel_identity: { channel: 'WHATSAPP' } };
    const content = { channel_specific_message: byChannel };
    const flow = { kind: 'channelSpecific', messageType: 'FLOWS', message: { flow_id: 'f' } };
    expect(submitted(content, at)).toStrictEqual({ ...flow, ...noReply });
    expect(submitted(content, { channel: 'WHATSAPP' })).toStrictEqual({ ...flow, ...noReply });
    expect(submitted(content, { channel: 'constructor' })).toMatchObject({
      messageType: 'COMMERCE',
    });
    expect(submitted({ ...content, text_message }, at)).toMatchObject({ kind: 'text' });
    expect(submitted({ channel_specific_message: 'x' }, at).kind).toBe('none');
  });
});
