import {
  around,
  channelKey,
  contactRow,
  type ExpectedRow,
  identityRows,
  normalised,
  profileRows,
  read,
  required,
  row,
  type Section,
} from './expected-related-rows.ts';

/** The rows that a callback must create, derived from its body without the code under test. */
export interface Expectation {
  readonly entityId: string | undefined;
  readonly rows: readonly ExpectedRow[];
}

/** @throws when the body lacks the field that identifies its row. */
export function expectationOf(trigger: string, body: Section, digest: string): Expectation {
  const topLevelKey = Object.keys(body).find((key) => !envelope.has(key)) ?? '';
  const section = (body[topLevelKey] ?? {}) as Section;
  const expect = expectations[trigger];
  if (expect === undefined) throw new Error(`there is no expectation for ${trigger}`);
  return expect(section, { digest, appId: read(body, 'app_id') });
}

const envelope = new Set([
  'app_id',
  'project_id',
  'accepted_time',
  'event_time',
  'message_metadata',
  'correlation_id',
]);

interface RelatedFacts {
  /** The digest of the event: 32 hexadecimal digits. */
  readonly digest: string;
  readonly appId: string | undefined;
}

type Expect = (section: Section, relatedFacts: RelatedFacts) => Expectation;

/** Formats the event's digest as in a row that is read as JSON. */
const asBytes = (digest: string) => `\\x${digest}`;

const inbound: Expect = (section) => {
  const id = required(section, 'id');
  const values = { direction: 'TO_APP', content: section['contact_message'], status: null };
  return {
    entityId: id,
    rows: [row('message', { sinch_message_id: id }, values), ...around(section)],
  };
};

const conversation =
  (state: string): Expect =>
  (section) => {
    const id = required(section, 'conversation.id');
    return {
      entityId: id,
      rows: [
        row('conversation', { sinch_conversation_id: id }, { state }),
        ...contactRow(read(section, 'conversation.contact_id')),
      ],
    };
  };

const contact: Expect = (section) => {
  const id = required(section, 'contact.id');
  return { entityId: id, rows: profileRows(section['contact'] as Section) };
};

const consent =
  (kind: 'OPT_IN' | 'OPT_OUT'): Expect =>
  (section, { appId, digest }) => {
    const contact_id = read(section, 'contact_id') ?? null;
    const status = read(section, 'status');
    const hasFailed = status?.endsWith('_FAILED') ?? false;
    const channel = required(section, 'channel');
    const values = {
      app_id: appId ?? '',
      contact_id,
      channel,
      identity: normalised(channel, read(section, 'identity')) ?? null,
      kind,
      effect: hasFailed ? null : kind === 'OPT_IN' ? 'IN' : 'OUT',
    };
    return {
      entityId: read(section, 'request_id'),
      rows: [
        row('consent_event', { event_digest: asBytes(digest) }, values),
        ...contactRow(contact_id ?? undefined),
        ...identityRows(contact_id ?? undefined, [section]),
      ],
    };
  };

const expectations: Readonly<Record<string, Expect>> = {
  MESSAGE_INBOUND: inbound,
  MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION: inbound,
  MESSAGE_SUBMIT(section) {
    const id = required(section, 'message_id');
    const values = { direction: 'TO_CONTACT', content: section['submitted_message'], status: null };
    return {
      entityId: id,
      rows: [row('message', { sinch_message_id: id }, values), ...around(section)],
    };
  },
  MESSAGE_DELIVERY(section, { digest }) {
    const id = required(section, 'message_id');
    const status = required(section, 'status');
    const channel = read(section, 'channel_identity.channel') ?? read(section, 'channel');
    const isFailure = status === 'FAILED' || status === 'SWITCHING_CHANNEL';
    const reported = read(section, 'reason.code') ?? null;
    const values = { status, reason_code: isFailure ? reported : null };
    return {
      entityId: id,
      rows: [
        row('message', { sinch_message_id: id }, { direction: 'TO_CONTACT', ...values }),
        row(
          'message_status',
          { event_digest: asBytes(digest) },
          { sinch_message_id: id, status, reason_code: reported },
        ),
        row('message_channel', { sinch_message_id: id, channel: channel ?? '' }, values),
        ...around(section),
      ],
    };
  },
  EVENT_INBOUND(section, { digest }) {
    const id = read(section, 'id');
    const content = section['contact_event'] ?? section['contact_message_event'];
    const emoji = read(section, 'contact_message_event.reaction_event.emoji');
    const key = { id: id ?? digest };
    return {
      entityId: id,
      rows: [
        row('inbound_event', key, { content }),
        ...(emoji === undefined ? [] : [row('reaction', key, { emoji })]),
        ...around(section),
      ],
    };
  },
  EVENT_DELIVERY(section) {
    const id = required(section, 'event_id');
    const values = { status: required(section, 'status') };
    const channel = read(section, 'channel_identity.channel') ?? read(section, 'channel') ?? '';
    return {
      entityId: id,
      rows: [
        row('event_delivery', { sinch_event_id: id }, values),
        row('event_delivery_channel', { sinch_event_id: id, channel }, values),
        ...contactRow(read(section, 'contact_id')),
      ],
    };
  },
  CONVERSATION_START: conversation('ACTIVE'),
  CONVERSATION_STOP: conversation('STOPPED'),
  CONVERSATION_DELETE: conversation('DELETED'),
  CONTACT_CREATE: contact,
  CONTACT_UPDATE: contact,
  CONTACT_DELETE: contact,
  CONTACT_MERGE(section) {
    const preserved = required(section, 'preserved_contact.id');
    const deleted = required(section, 'deleted_contact.id');
    return {
      entityId: preserved,
      rows: [
        ...profileRows(section['preserved_contact'] as Section),
        ...profileRows(section['deleted_contact'] as Section),
        row('contact_merge', { deleted_contact_id: deleted, preserved_contact_id: preserved }),
        row('contact_root', { contact_id: deleted }, { root_id: preserved }),
        row('contact_root', { contact_id: preserved }, { root_id: preserved }),
      ],
    };
  },
  CONTACT_IDENTITIES_DUPLICATION(section) {
    const groups = section['duplicated_identities'] as { channel: string; contact_ids: string[] }[];
    const rows = groups.flatMap(({ channel, contact_ids: ids }) =>
      ids.flatMap((id) => [
        row(
          'contact_duplicate',
          { sinch_contact_id: id, channel },
          { other_contact_ids: ids.filter((other) => other !== id).toSorted() },
        ),
        ...contactRow(id),
      ]),
    );
    return { entityId: undefined, rows };
  },
  CAPABILITY: (section, { appId }) => ({
    entityId: read(section, 'request_id'),
    rows: [
      row('capability', channelKey(section, appId), {
        status: required(section, 'capability_status'),
        channel_capabilities: section['channel_capabilities'] ?? [],
      }),
      ...contactRow(read(section, 'contact_id')),
      ...identityRows(read(section, 'contact_id'), [section]),
    ],
  }),
  OPT_IN: consent('OPT_IN'),
  OPT_OUT: consent('OPT_OUT'),
  CHANNEL_EVENT: (section, { digest }) => ({
    entityId: undefined,
    rows: [
      row(
        'channel_event',
        { event_digest: asBytes(digest) },
        {
          channel: required(section, 'channel_event.channel'),
          event_type: required(section, 'channel_event.event_type'),
        },
      ),
    ],
  }),
  UNSUPPORTED: (section, { digest }) => ({
    entityId: read(section, 'id'),
    rows: [
      row(
        'unsupported',
        { id: read(section, 'id') ?? digest },
        { payload: read(section, 'payload') ?? null },
      ),
      ...around(section),
    ],
  }),
  SMART_CONVERSATIONS(section) {
    const id = required(section, 'message_id');
    const values = { results: section['analysis_results'] };
    return {
      entityId: id,
      rows: [
        row('message_analysis', { sinch_message_id: id }, values),
        ...contactRow(read(section, 'contact_id')),
      ],
    };
  },
  RECORD_NOTIFICATION(section) {
    const id = required(section, 'entity_id');
    const values = { status: required(section, 'record_status') };
    return {
      entityId: id,
      rows: [row('record', { entity_id: id }, values), ...contactRow(read(section, 'contact_id'))],
    };
  },
  BATCH_STATUS_UPDATE(section) {
    const id = required(section, 'batch_id');
    const values = { status: required(section, 'batch_status') };
    return { entityId: id, rows: [row('batch', { batch_id: id }, values)] };
  },
};
