import * as fc from 'fast-check';

/** Few ids, so that events meet. */
const id = (kind: string) => fc.nat(2).map((n) => `01${kind}${n}`);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: '' });
const time = fc.option(
  fc.nat(3).map((second) => `2026-01-02T03:04:0${second}.5Z`),
  { nil: undefined },
);
const channel = fc.constantFrom('SMS', 'WHATSAPP');
const words = fc.constantFrom('', 'a', 'B', 'ä', '\u{10000}', '\uffff');

const channelIdentity = fc.record({
  channel,
  identity: fc.constantFrom('15550100', '15550101'),
  app_id: maybe(id('APP')),
});

const envelope = fc.record({ app_id: maybe(id('APP')), accepted_time: time, event_time: time });

const message = fc.record({
  id: id('MSG'),
  contact_message: fc.record({ text_message: fc.record({ text: words }) }),
  channel_identity: channelIdentity,
  conversation_id: maybe(id('CONV')),
  contact_id: maybe(id('CONTACT')),
  metadata: words,
  accept_time: time,
});

const deliveryReport = fc.record({
  message_id: id('MSG'),
  status: fc.constantFrom(
    'QUEUED_ON_CHANNEL',
    'SWITCHING_CHANNEL',
    'FAILED',
    'DELIVERED',
    'READ',
    'NEW_STATUS',
  ),
  channel_identity: fc.option(channelIdentity, { nil: null }),
  conversation_id: maybe(id('CONV')),
  contact_id: maybe(id('CONTACT')),
  reason: fc.oneof(fc.constant(''), fc.record({ code: words, description: words })),
  metadata: words,
});

const conversation = fc.record({
  id: id('CONV'),
  app_id: maybe(id('APP')),
  contact_id: maybe(id('CONTACT')),
  active_channel: maybe(channel),
  metadata: words,
});

const contact = fc.record({
  id: id('CONTACT'),
  channel_identities: fc.array(channelIdentity, { maxLength: 2 }),
  display_name: words,
  external_id: words,
});

const consent = fc.record({
  contact_id: maybe(id('CONTACT')),
  channel,
  identity: fc.constantFrom('15550100', '15550101'),
  status: fc.constantFrom('OPT_IN_SUCCEEDED', 'OPT_OUT_SUCCEEDED', 'OPT_IN_FAILED'),
});

const inboundEvent = fc.record({
  id: maybe(id('EVENT')),
  contact_event: fc.record({ composing_event: fc.record({ text: words }) }),
  channel_identity: channelIdentity,
  contact_id: maybe(id('CONTACT')),
  conversation_id: maybe(id('CONV')),
  accept_time: time,
});

const eventDelivery = deliveryReport.map(({ message_id: event_id, ...rest }) => ({
  ...rest,
  event_id,
}));

const unsupported = fc.record({
  channel_identity: channelIdentity,
  contact_id: maybe(id('CONTACT')),
  conversation_id: maybe(id('CONV')),
  payload: words,
});

const channelEvent = fc.record({ channel, event_type: words });

const analysis = fc.record({
  message_id: id('MSG'),
  contact_id: maybe(id('CONTACT')),
  conversation_id: maybe(id('CONV')),
  analysis_results: fc.record({ text: words }),
});

const record = fc.record({
  entity_id: id('ENTITY'),
  record_status: words,
  contact_id: maybe(id('CONTACT')),
  channel_identity: channelIdentity,
});

const batch = fc.record({ batch_id: id('BATCH'), batch_status: words, batch_type: words });

const capability = fc.record({
  contact_id: maybe(id('CONTACT')),
  channel,
  identity: fc.constantFrom('15550100', '15550101'),
  capability_status: words,
  channel_capabilities: fc.array(words, { maxLength: 2 }),
});

const duplicates = fc.record({
  duplicated_identities: fc.array(
    fc.record({ channel, contact_ids: fc.array(id('CONTACT'), { maxLength: 3 }) }),
    { maxLength: 2 },
  ),
});

const under = (key: string, value: fc.Arbitrary<object>) => value.map((v) => ({ [key]: v }));
const nested = (key: string, inner: string, value: fc.Arbitrary<object>) =>
  under(key, under(inner, value));

const trigger = fc.oneof(
  under('message', message),
  under('message_redaction', message),
  under(
    'message_submit_notification',
    message.map(({ id: message_id, contact_message: submitted_message, ...rest }) => ({
      ...rest,
      message_id,
      submitted_message,
    })),
  ),
  { arbitrary: under('message_delivery_report', deliveryReport), weight: 4 },
  nested('conversation_start_notification', 'conversation', conversation),
  nested('conversation_stop_notification', 'conversation', conversation),
  nested('conversation_delete_notification', 'conversation', conversation),
  nested('contact_create_notification', 'contact', contact),
  nested('contact_update_notification', 'contact', contact),
  nested('contact_delete_notification', 'contact', contact),
  under(
    'contact_merge_notification',
    fc.record({ preserved_contact: contact, deleted_contact: contact }),
  ),
  under('event', inboundEvent),
  under('event_delivery_report', eventDelivery),
  under('unsupported_callback', unsupported),
  nested('channel_event_notification', 'channel_event', channelEvent),
  under('smart_conversation_notification', analysis),
  under('record_notification', record),
  under('batch_status_update_notification', batch),
  under('capability_notification', capability),
  under('duplicated_contact_identities_notification', duplicates),
  under('opt_in_notification', consent),
  under('opt_out_notification', consent),
  under('brand_new_notification', fc.record({ id: id('X') })),
);

/** The body of one callback of any family that has rows, or of an unknown one. */
export const callbackBody = fc
  .tuple(envelope, trigger)
  .map(([common, own]): object => ({ ...common, ...own }));
