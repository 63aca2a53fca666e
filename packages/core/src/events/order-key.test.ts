import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read } from '../bodies/sinch-event.fixture.ts';
import { orderKeyOf } from './order-key.ts';
import { knownTriggers, triggerCatalog } from './triggers.ts';

const keyOf = (body: object) => orderKeyOf(read(body));

const channel_identity = { channel: 'SMS', identity: '+1 (555) 0100' };
const fields = { conversation_id: 'v', contact_id: 'c', channel_identity };
const plain = [
  'message',
  'message_redaction',
  'message_submit_notification',
  'message_delivery_report',
  'event',
  'event_delivery_report',
  'unsupported_callback',
  'record_notification',
];

describe('orderKeyOf', () => {
  it.each(plain)('of a %s is its conversation, else its contact, else its identity', (key) => {
    expect(keyOf({ [key]: fields })).toBe('conversation:v');
    expect(keyOf({ [key]: { ...fields, conversation_id: '' } })).toBe('contact:c');
    const dispatch = { ...fields, conversation_id: '', contact_id: '' };
    expect(keyOf({ [key]: dispatch })).toBe('identity:SMS:15550100');
    const spelt = { channel: 'SMS', identity: '15550100' };
    expect(keyOf({ [key]: { channel_identity: spelt } })).toBe('identity:SMS:15550100');
    const old = { channel: 'SMS', channel_identity: { identity: '15550100' } };
    expect(keyOf({ [key]: old })).toBe('identity:SMS:15550100');
    expect(keyOf({ [key]: { channel: 'SMS' } })).toBeUndefined();
    expect(keyOf({ [key]: { channel_identity: { identity: '1' } } })).toBeUndefined();
  });

  it('leaves out what comes before its source', () => {
    const event = read({ message: fields });
    expect(orderKeyOf(event, 'contact')).toBe('contact:c');
    expect(orderKeyOf(event, 'identity')).toBe('identity:SMS:15550100');
    expect(orderKeyOf(read({ message: { conversation_id: 'v' } }), 'contact')).toBeUndefined();
  });

  it.each(['start', 'stop', 'delete'])('of a conversation that %ss is that conversation', (way) => {
    const key = `conversation_${way}_notification`;
    expect(keyOf({ [key]: { conversation: { id: 'v', contact_id: 'c' } } })).toBe('conversation:v');
    expect(keyOf({ [key]: { conversation_id: 'v' } })).toBe('conversation:v');
    expect(keyOf({ [key]: { conversation: { contact_id: 'c' } } })).toBe('contact:c');
  });

  it.each([
    [{ contact_create_notification: { contact: { id: 'c' } } }],
    [{ contact_update_notification: { contact_id: 'c' } }],
    [{ contact_delete_notification: { contact: { id: 'c' }, contact_id: 'd' } }],
    [{ contact_merge_notification: { preserved_contact: { id: 'c' }, deleted_contact_id: 'd' } }],
    [{ contact_merge_notification: { preserved_contact_id: 'c', deleted_contact: { id: 'd' } } }],
    [
      {
        duplicated_contact_identities_notification: {
          duplicated_identities: [{ contact_ids: [] }, { contact_ids: ['', 'c', 'd'] }],
        },
      },
    ],
    [{ capability_notification: { contact_id: 'c', channel: 'RCS', identity: '1' } }],
    [{ opt_in_notification: { contact_id: 'c', channel: 'RCS', identity: '1' } }],
    [{ smart_conversation_notification: { contact_id: 'c', channel_identity: '1' } }],
  ])('of %j is the contact', (body) => {
    expect(keyOf(body)).toBe('contact:c');
  });

  it('of an analysis is the conversation, or the plain texts of channel and identity', () => {
    const at = { channel: 'SMS', channel_identity: '+15550100' };
    const keyOfAnalysis = (section: object) => keyOf({ smart_conversation_notification: section });
    expect(keyOfAnalysis({ ...at, conversation_id: 'v' })).toBe('conversation:v');
    expect(keyOfAnalysis(at)).toBe('identity:SMS:15550100');
  });

  it('of a consent or a capability without a contact is the identity', () => {
    for (const key of ['opt_in_notification', 'opt_out_notification', 'capability_notification']) {
      const section = { channel: 'SMS', identity: '+15550100' };
      expect(keyOf({ [key]: section })).toBe('identity:SMS:15550100');
    }
  });

  it('is absent where an event concerns no person', () => {
    const channel_event = { channel: 'WHATSAPP', event_type: 't' };
    expect(keyOf({ channel_event_notification: { channel_event } })).toBeUndefined();
    expect(keyOf({ batch_status_update_notification: { batch_id: 'b' } })).toBeUndefined();
    for (const trigger of knownTriggers) {
      expect(keyOf({ [triggerCatalog[trigger].topLevelKey]: {} })).toBeUndefined();
    }
  });

  it('is another one for each conversation, contact and identity', () => {
    const part = fc.constantFrom('a', 'b', ':', 'a:b', '%3A', 'SMS', 'x'.repeat(300), '\u0001');
    const person = fc.record({
      conversation_id: part,
      contact_id: part,
      channel: part,
      identity: part,
    });
    type Person = typeof person extends fc.Arbitrary<infer T> ? T : never;
    const ways = [
      ({ conversation_id }: Person) => [{ conversation_id }, ['v', conversation_id]] as const,
      ({ contact_id }: Person) => [{ contact_id }, ['c', contact_id]] as const,
      ({ channel, identity }: Person) =>
        [{ channel_identity: { channel, identity } }, ['i', channel, identity]] as const,
    ];
    const subject = fc.tuple(person, fc.constantFrom(...ways)).map(([one, way]) => way(one));
    fc.assert(
      fc.property(subject, subject, ([one, ofOne], [other, ofOther]) => {
        const isSame = JSON.stringify(ofOne) === JSON.stringify(ofOther);
        expect(keyOf({ message: one }) === keyOf({ message: other })).toBe(isSame);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is bounded, and a text that Postgres stores, whatever the ids are', () => {
    const odd = fc.array(fc.constantFrom('a', '\u0000', '\ud800', 'é', '📦'), { maxLength: 120 });
    const any = fc.oneof(
      odd.map((units) => units.join('')),
      fc.constant('é'.repeat(5_000)),
    );
    fc.assert(
      fc.property(any, any, any, (conversation_id, channel, identity) => {
        for (const message of [{ conversation_id }, { channel_identity: { channel, identity } }]) {
          const key = keyOf({ message }) ?? '';
          expect(Buffer.byteLength(key)).toBeLessThanOrEqual(200);
          expect(key.includes('\u0000')).toBe(false);
          expect(key.isWellFormed()).toBe(true);
        }
      }),
    );
  });
});
