import { rawBodyText, reconciledBody } from '@sinch-callbacks/core';
import * as fc from 'fast-check';
import {
  absent,
  channel,
  channelIdentity,
  contactId,
  id,
  identity,
  maybe,
  metadata,
  reason,
  time,
  words,
} from './arbitrary-values.ts';

const envelope = fc.record({
  app_id: maybe(id('APP')),
  project_id: maybe(fc.constant('project')),
  accepted_time: time,
  event_time: time,
  message_metadata: metadata,
  correlation_id: maybe(id('CORRELATION')),
});

const message = fc.record({
  id: id('MSG'),
  contact_message: fc.oneof(
    fc.record({ text_message: fc.record({ text: words }) }),
    fc.record({
      choice_response_message: fc.record({ message_id: id('MSG'), postback_data: words }),
    }),
  ),
  channel_identity: channelIdentity,
  conversation_id: maybe(id('CONV')),
  contact_id: maybe(contactId),
  metadata,
  accept_time: time,
});

const submitted = message.map(
  ({ id: message_id, contact_message: submitted_message, ...rest }) => ({
    ...rest,
    accept_time: undefined,
    message_id,
    submitted_message,
  }),
);

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
  contact_id: maybe(contactId),
  reason,
  metadata,
});

const conversation = fc.record({
  id: id('CONV'),
  app_id: maybe(id('APP')),
  contact_id: maybe(contactId),
  active_channel: maybe(channel),
  metadata: words,
  metadata_json: fc.option(fc.record({ order: words }), { nil: undefined }),
});

const contact = fc.record({
  id: contactId,
  channel_identities: fc.array(channelIdentity, { maxLength: 2 }),
  display_name: words,
  external_id: words,
});

/** Whole contacts, and the shape that gives ids alone. */
const merge = fc.oneof(
  fc.record({ preserved_contact: contact, deleted_contact: contact }),
  fc.record({ preserved_contact_id: contactId, deleted_contact_id: contactId }),
);

const consent = fc
  .record({
    contact_id: fc.oneof(contactId, absent),
    channel,
    identity: fc.oneof(identity, absent),
    request_id: fc.oneof({ arbitrary: absent, weight: 3 }, id('REQUEST')),
    status: fc.constantFrom(
      'OPT_IN_SUCCEEDED',
      'OPT_OUT_SUCCEEDED',
      'OPT_IN_FAILED',
      'OPT_OUT_STATUS_UNSPECIFIED',
      'OPT_IN_STATUS_UNSPECIFIED',
    ),
  })
  .filter((word) => Boolean(word.contact_id) || Boolean(word.identity));

const inboundEvent = fc.record({
  id: maybe(id('EVENT')),
  contact_event: fc.record({ composing_event: fc.record({ text: words }) }),
  channel_identity: channelIdentity,
  contact_id: maybe(contactId),
  conversation_id: maybe(id('CONV')),
  accept_time: time,
});

const reaction = inboundEvent.chain((event) =>
  fc.record({ emoji: words, action: words, message_id: id('MSG') }).map((reaction_event) => ({
    ...event,
    contact_event: undefined,
    contact_message_event: { reaction_event },
  })),
);

const eventDelivery = deliveryReport.map(({ message_id, ...rest }) => ({
  ...rest,
  event_id: message_id.replace('MSG', 'EVENT'),
}));

const unsupported = fc.record({
  id: maybe(id('UNSUPPORTED')),
  channel_identity: channelIdentity,
  contact_id: maybe(contactId),
  conversation_id: maybe(id('CONV')),
  payload: words,
});

const channelEvent = fc.record({
  channel,
  event_type: words,
  additional_data: fc.option(fc.record({ a: words, b: words }), { nil: undefined }),
});

const analysis = fc.record({
  message_id: id('MSG'),
  contact_id: maybe(contactId),
  conversation_id: maybe(id('CONV')),
  analysis_results: fc.record({ text: words }),
});

const record = fc.record({
  entity_id: id('ENTITY'),
  record_status: fc.constantFrom('EVENT_RECORD_STORED', 'RECORD_STATUS_UNSPECIFIED', 'NEW'),
  contact_id: maybe(contactId),
  channel_identity: channelIdentity,
});

const batch = fc.record({
  batch_id: id('BATCH'),
  batch_status: fc.constantFrom('BATCH_STATUS_READY', 'PROCESSED', 'BATCH_STATUS_CANCELLED', 'NEW'),
  batch_type: words,
});

const capability = fc.record({
  contact_id: maybe(contactId),
  channel,
  identity,
  capability_status: words,
  channel_capabilities: fc.array(words, { maxLength: 2 }),
});

const duplicates = fc.record({
  duplicated_identities: fc.array(
    fc.record({ channel, contact_ids: fc.array(contactId, { maxLength: 3 }) }),
    { maxLength: 3 },
  ),
});

const under = (key: string, value: fc.Arbitrary<object>) => value.map((v) => ({ [key]: v }));
const nested = (key: string, inner: string, value: fc.Arbitrary<object>) =>
  under(key, under(inner, value));

const merges = under('contact_merge_notification', merge);
const consents = fc.oneof(
  under('opt_in_notification', consent),
  under('opt_out_notification', consent),
);
const profiles = fc.oneof(
  nested('contact_create_notification', 'contact', contact),
  nested('contact_update_notification', 'contact', contact),
  nested('contact_delete_notification', 'contact', contact),
);

const trigger = fc.oneof(
  under('message', message),
  under('message_redaction', message),
  under('message_submit_notification', submitted),
  { arbitrary: under('message_delivery_report', deliveryReport), weight: 6 },
  nested('conversation_start_notification', 'conversation', conversation),
  nested('conversation_stop_notification', 'conversation', conversation),
  nested('conversation_delete_notification', 'conversation', conversation),
  { arbitrary: profiles, weight: 2 },
  { arbitrary: merges, weight: 2 },
  under('event', inboundEvent),
  under('event', reaction),
  { arbitrary: under('event_delivery_report', eventDelivery), weight: 3 },
  under('unsupported_callback', unsupported),
  nested('channel_event_notification', 'channel_event', channelEvent),
  under('smart_conversation_notification', analysis),
  under('record_notification', record),
  under('batch_status_update_notification', batch),
  under('capability_notification', capability),
  under('duplicated_contact_identities_notification', duplicates),
  { arbitrary: consents, weight: 3 },
  under('brand_new_notification', fc.record({ id: id('X') })),
);

const withEnvelope = (own: fc.Arbitrary<object>) =>
  fc.tuple(envelope, own).map(([common, body]): object => ({ ...common, ...body }));

/** Serialises a body in other bytes: another order of its members, and spaces. */
export function reserialised(body: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(body).toReversed()), undefined, 1);
}

/** The body of an event that was made of what Sinch keeps. */
const reconciledText = withEnvelope(
  fc.oneof(under('message', message), under('message_submit_notification', submitted)),
).map((body) => rawBodyText(reconciledBody(JSON.parse(JSON.stringify(body)))));

/** The text of one callback of any family that has rows, or of an unknown one. */
const sentText = fc
  .tuple(withEnvelope(trigger), fc.nat(4))
  .map(([body, n]) => (n === 0 ? reserialised(body) : JSON.stringify(body)));

/** The text of an event: nearly always that of a callback. */
export const callbackText = fc.oneof({ arbitrary: sentText, weight: 7 }, reconciledText);

/**
 * Callbacks that decide consent: opt-ins and opt-outs, profiles and messages that name identities,
 * and merges.
 */
export const consentText = withEnvelope(
  fc.oneof(
    { arbitrary: consents, weight: 6 },
    { arbitrary: merges, weight: 2 },
    profiles,
    under('message', message),
  ),
).map((body) => JSON.stringify(body));

/** Makes a history: texts that differ, now and then one of them in two serialisations. */
export const history = (text: fc.Arbitrary<string>, maxLength: number) =>
  fc
    .tuple(fc.array(text, { minLength: 2, maxLength }), fc.array(fc.nat(20), { maxLength: 2 }))
    .map(([texts, copied]) => [
      ...new Set([
        ...texts,
        ...copied.flatMap((n) => {
          const original = texts[n % texts.length];
          return original === undefined ? [] : [reserialised(JSON.parse(original) as object)];
        }),
      ]),
    ]);
