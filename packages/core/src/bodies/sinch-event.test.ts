import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { knownTriggers, triggerCatalog } from '../events/triggers.ts';
import { parseInstant } from '../values/instant.ts';
import { read, report } from './sinch-event.fixture.ts';
import { readSinchEvent, type SinchEvent, type SinchEventOf } from './sinch-event.ts';

/**
 * Reads each body as a user of the types does. A trigger that is left out here does not compile.
 */
function idOf(event: SinchEvent): string | undefined {
  switch (event.trigger) {
    case 'MESSAGE_INBOUND':
    case 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION':
    case 'EVENT_INBOUND':
    case 'UNSUPPORTED':
      return event.body.id;
    case 'MESSAGE_SUBMIT':
    case 'MESSAGE_DELIVERY':
    case 'SMART_CONVERSATIONS':
      return event.body.message_id;
    case 'EVENT_DELIVERY':
      return event.body.event_id;
    case 'CONVERSATION_START':
    case 'CONVERSATION_STOP':
    case 'CONVERSATION_DELETE':
      return event.body.conversation?.id;
    case 'CONTACT_CREATE':
    case 'CONTACT_UPDATE':
    case 'CONTACT_DELETE':
      return event.body.contact?.id;
    case 'CONTACT_MERGE':
      return event.body.preserved_contact?.id;
    case 'CONTACT_IDENTITIES_DUPLICATION':
      return event.body.duplicated_identities?.[0]?.contact_ids?.[0];
    case 'CAPABILITY':
    case 'OPT_IN':
    case 'OPT_OUT':
      return event.body.request_id;
    case 'CHANNEL_EVENT':
      return event.body.channel_event?.event_type;
    case 'RECORD_NOTIFICATION':
      return event.body.entity_id;
    case 'BATCH_STATUS_UPDATE':
      return event.body.batch_id;
  }
}

/** The id of `idOf`, in every place that a body has one. */
const anyBody = {
  id: 'x',
  message_id: 'x',
  event_id: 'x',
  request_id: 'x',
  entity_id: 'x',
  batch_id: 'x',
  conversation: { id: 'x' },
  contact: { id: 'x' },
  preserved_contact: { id: 'x' },
  duplicated_identities: [{ channel: 'SMS', contact_ids: ['x'] }],
  channel_event: { event_type: 'x' },
};

describe('readSinchEvent', () => {
  it.each(knownTriggers)(
    'recognises %s by its top-level key, and the compiler its body',
    (trigger) => {
      const event = read({ [triggerCatalog[trigger].topLevelKey]: anyBody });
      expect(event.trigger).toBe(trigger);
      expect(idOf(event)).toBe('x');
    },
  );

  it('narrows the body by the trigger, and keeps what may be absent absent', () => {
    type Report = Extract<SinchEvent, { trigger: 'MESSAGE_DELIVERY' }>;
    expectTypeOf<Report['body']['status']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<SinchEvent['trigger']>().toEqualTypeOf<(typeof knownTriggers)[number]>();
    // @ts-expect-error: a consent has no message id.
    expectTypeOf<Extract<SinchEvent, { trigger: 'OPT_IN' }>['body']['message_id']>().toBeString();
  });

  it('narrows the body of an event of several triggers too', () => {
    const idOfEither = (event: SinchEventOf<'MESSAGE_INBOUND' | 'MESSAGE_DELIVERY'>) =>
      event.trigger === 'MESSAGE_INBOUND' ? event.body.id : event.body.message_id;
    expect(idOfEither(report({ message_id: 'm' }))).toBe('m');
  });

  it('reads the envelope, and "" in it as absent', () => {
    const event = report(
      {},
      {
        app_id: '01APP',
        project_id: '',
        accepted_time: '2026-01-02T03:04:05Z',
        message_metadata: 'row 7',
        correlation_id: '',
      },
    );
    expect(event).toMatchObject({
      appId: '01APP',
      projectId: undefined,
      acceptedTime: '2026-01-02T03:04:05Z',
      eventTime: undefined,
      messageMetadata: 'row 7',
      correlationId: undefined,
    });
  });

  it.each(knownTriggers)('reads %s without a single field', (trigger) => {
    expect(read({ [triggerCatalog[trigger].topLevelKey]: {} }).trigger).toBe(trigger);
  });

  it('reads "" as absent, also in objects and lists', () => {
    const { body } = report({
      message_id: 'm',
      conversation_id: '',
      channel_identity: { channel: 'SMS', identity: '', app_id: '' },
    });
    expect(body.conversation_id).toBeUndefined();
    expect(body.channel_identity).toEqual({ channel: 'SMS' });
    const capability = read({
      capability_notification: { channel_capabilities: ['', 'OPEN_URL'] },
    });
    expect(capability.body).toMatchObject({ channel_capabilities: ['OPEN_URL'] });
  });

  it('has unknown fields, at every depth, in the raw body alone', () => {
    const sent = {
      brand_new: { nested: [1] },
      channel_identity: { channel: 'SMS', tier: 7 },
      reason: { code: 'X', hint: 'y' },
      status: '',
    };
    const { body, raw } = report(sent, { app_id: '', brand_new: 1 });
    expect(body).toStrictEqual({
      channel_identity: { channel: 'SMS' },
      reason: { code: 'X' },
      status: undefined,
    });
    expect(raw).toStrictEqual({ app_id: '', brand_new: 1, message_delivery_report: sent });
  });

  it('has a raw body whose numbers are written again as they came', () => {
    const text = '{"message_delivery_report":{"a":9007199254740993,"b":[1.10,-0,1E2]},"c":7}';
    const reading = readSinchEvent(text);
    expect(reading.kind === 'known' && JSON.stringify(reading.event.raw)).toBe(text);
  });

  it.each(knownTriggers)('reads no field of %s that the body only inherits', (trigger) => {
    const { topLevelKey } = triggerCatalog[trigger];
    const reading = readSinchEvent(`{"${topLevelKey}":{"__proto__":{"status":"READ","id":"x"}}}`);
    expect(reading.kind === 'known' && reading.event.body).toStrictEqual({});
  });

  it('keeps unknown values', () => {
    const { body } = report({ status: 'TELEPATHED', processing_mode: 'DREAM' });
    expect(body).toMatchObject({ status: 'TELEPATHED', processing_mode: 'DREAM' });
    const consent = read({ opt_in_notification: { channel: 'PIGEON', status: 'OPT_IN_MAYBE' } });
    expect(consent.body).toMatchObject({ channel: 'PIGEON', status: 'OPT_IN_MAYBE' });
  });

  it('takes a field of an unexpected type for absent, and keeps its neighbours', () => {
    const { body } = report({ message_id: 7, status: 'READ', channel_identity: 'SMS', reason: [] });
    expect(body).toEqual({ status: 'READ' });
    const contact = read({
      contact_create_notification: {
        contact: { id: 'c', channel_identities: [null, 'x', { channel: 'SMS' }], email: {} },
      },
    });
    expect(contact.body).toEqual({
      contact: { id: 'c', channel_identities: [{ channel: 'SMS' }] },
    });
  });

  it('reads the shape of 2020: a plain channel, and "" for a reason', () => {
    const { body } = report({ message_id: 'm', status: 'FAILED', channel: 'SMS', reason: '' });
    expect(body).toEqual({ message_id: 'm', status: 'FAILED', channel: 'SMS' });
  });

  it('reads the shape of 2021: no processing mode, and an event without an id', () => {
    const event = read({ event: { contact_event: { composing_event: {} }, contact_id: 'c' } });
    expect(event.body).toEqual({ contact_event: { composing_event: {} }, contact_id: 'c' });
    expect(idOf(event)).toBeUndefined();
  });

  it.each(Array.from({ length: 10 }, (_, digits) => digits))(
    'keeps a time with %i fractional digits as it was written, and it is one',
    (digits) => {
      const time = `2026-01-02T03:04:05${digits === 0 ? '' : `.${'123456789'.slice(0, digits)}`}Z`;
      const { eventTime } = report({}, { event_time: time });
      expect(eventTime).toBe(time);
      expect(parseInstant(eventTime)?.iso).toBe(
        `2026-01-02T03:04:05.${'123456789'.slice(0, digits).padEnd(9, '0').slice(0, 6)}Z`,
      );
    },
  );

  it('is unknown, with its envelope, where no key is known or two are', () => {
    const unknown = { kind: 'unknown', envelope: { appId: '01APP' } };
    expect(readSinchEvent('{"app_id":"01APP","brand_new":{}}')).toMatchObject(unknown);
    expect(readSinchEvent('{"app_id":"01APP","message":{},"event":{}}')).toMatchObject(unknown);
    expect(readSinchEvent('[]').kind).toBe('unknown');
    expect(readSinchEvent('{').kind).toBe('unreadable');
  });

  it('never throws, whatever JSON stands under a known key', () => {
    const fields = Object.keys({
      ...anyBody,
      channel: 0,
      channel_identity: 0,
      reason: 0,
      status: 0,
    });
    const section = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...fields), fc.jsonValue(), { noNullPrototype: true }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...knownTriggers),
        section,
        fc.jsonValue(),
        (trigger, value, time) => {
          const text = JSON.stringify({
            [triggerCatalog[trigger].topLevelKey]: value,
            event_time: time,
          });
          const reading = readSinchEvent(text);
          expect(reading).toMatchObject({ kind: 'known', event: { trigger } });
        },
      ),
      { numRuns: 22 * 200 },
    );
  });

  it('never throws, whatever the text', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json());
    fc.assert(
      fc.property(text, (body) => {
        expect(['known', 'unknown', 'unreadable']).toContain(readSinchEvent(body).kind);
      }),
      { numRuns: 1_000 },
    );
  });
});
