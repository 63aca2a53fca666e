/** What a callback has to leave behind, told from its body alone, without the code under test. */
export interface ExpectedRow {
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  /** Values that this body gives, where no other one concerns the same row. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Expectation {
  readonly entityId: string | undefined;
  readonly rows: readonly ExpectedRow[];
}

export type Section = Readonly<Record<string, unknown>>;

/** @throws where the body lacks the field that its row is found by. */
export function expectationOf(trigger: string, body: Section, eventKey: string): Expectation {
  const topLevelKey = Object.keys(body).find((key) => !envelope.has(key)) ?? '';
  const section = (body[topLevelKey] ?? {}) as Section;
  const expect = expectations[trigger];
  if (expect === undefined) throw new Error(`nobody says what ${trigger} leaves behind`);
  return expect(section, { eventKey, appId: read(body, 'app_id') });
}

const envelope = new Set([
  'app_id',
  'project_id',
  'accepted_time',
  'event_time',
  'message_metadata',
  'correlation_id',
]);

interface Surroundings {
  readonly eventKey: string;
  readonly appId: string | undefined;
}

type Expect = (section: Section, surroundings: Surroundings) => Expectation;

const inbound: Expect = (section) => {
  const id = required(section, 'id');
  const values = { direction: 'TO_APP', content: section['contact_message'] };
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
  (state: string): Expect =>
  (section, { appId }) => ({
    entityId: read(section, 'request_id'),
    rows: read(section, 'status')?.endsWith('_FAILED')
      ? []
      : [
          row('consent', channelKey(section, appId), { state }),
          ...contactRow(read(section, 'contact_id')),
        ],
  });

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
  MESSAGE_DELIVERY(section, { eventKey }) {
    const id = required(section, 'message_id');
    const status = required(section, 'status');
    const channel = read(section, 'channel_identity.channel') ?? read(section, 'channel');
    const reason_code = read(section, 'reason.code') ?? null;
    return {
      entityId: id,
      rows: [
        row('message', { sinch_message_id: id }, { direction: 'TO_CONTACT', status, reason_code }),
        row('message_status', { event_key: eventKey }, { sinch_message_id: id, status }),
        ...(channel === undefined
          ? []
          : [row('message_channel', { sinch_message_id: id, channel }, { status, reason_code })]),
        ...around(section),
      ],
    };
  },
  EVENT_INBOUND(section, { eventKey }) {
    const id = read(section, 'id');
    const content = section['contact_event'] ?? section['contact_message_event'];
    return {
      entityId: id,
      rows: [row('inbound_event', { id: id ?? eventKey }, { content }), ...around(section)],
    };
  },
  EVENT_DELIVERY(section) {
    const id = required(section, 'event_id');
    const values = { status: required(section, 'status') };
    return {
      entityId: id,
      rows: [
        row('event_delivery', { sinch_event_id: id }, values),
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
        ...profileRows(section['deleted_contact'] as Section, preserved),
        row('contact', { sinch_contact_id: deleted }, { merged_into_contact_id: preserved }),
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
    ],
  }),
  OPT_IN: consent('OPTED_IN'),
  OPT_OUT: consent('OPTED_OUT'),
  CHANNEL_EVENT: (section, { eventKey }) => ({
    entityId: undefined,
    rows: [
      row(
        'channel_event',
        { event_key: eventKey },
        {
          channel: required(section, 'channel_event.channel'),
          event_type: required(section, 'channel_event.event_type'),
        },
      ),
    ],
  }),
  UNSUPPORTED: (section) => ({ entityId: read(section, 'id'), rows: around(section) }),
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

function row(
  table: string,
  key: ExpectedRow['key'],
  values: ExpectedRow['values'] = {},
): ExpectedRow {
  return { table, key, values };
}

/** The conversation, the contact and the identity that a message or an event names. */
function around(section: Section): ExpectedRow[] {
  const conversationId = read(section, 'conversation_id');
  const contactId = read(section, 'contact_id');
  return [
    ...(conversationId === undefined
      ? []
      : [row('conversation', { sinch_conversation_id: conversationId })]),
    ...contactRow(contactId),
    ...(contactId === undefined ? [] : identityRows(contactId, [section['channel_identity']])),
  ];
}

function contactRow(id: string | undefined): ExpectedRow[] {
  return id === undefined ? [] : [row('contact', { sinch_contact_id: id })];
}

function profileRows(profile: Section, livesOnAs?: string): ExpectedRow[] {
  const id = required(profile, 'id');
  const identities = (profile['channel_identities'] ?? []) as unknown[];
  const values = { display_name: read(profile, 'display_name') ?? null };
  return [
    row('contact', { sinch_contact_id: id }, values),
    ...identityRows(id, identities, livesOnAs),
  ];
}

function identityRows(
  contactId: string,
  identities: readonly unknown[],
  livesOnAs?: string,
): ExpectedRow[] {
  return identities.flatMap((value) => {
    const [channel, identity] = [read(value, 'channel'), read(value, 'identity')];
    if (channel === undefined || identity === undefined) return [];
    const app_id = read(value, 'app_id') ?? '';
    const key = { sinch_contact_id: contactId, channel, identity, app_id };
    return [row('contact_identity', key, livesOnAs ? { contact_id: livesOnAs } : {})];
  });
}

function channelKey(section: Section, appId: string | undefined): Record<string, string> {
  return {
    app_id: appId ?? '',
    reported_contact_id: read(section, 'contact_id') ?? '',
    channel: required(section, 'channel'),
    identity: read(section, 'identity') ?? '',
  };
}

/** The text at a path such as `conversation.id`; "" counts as absent. */
function read(value: unknown, dottedPath: string): string | undefined {
  let found = value;
  for (const name of dottedPath.split('.')) {
    found = typeof found === 'object' && found !== null ? (found as Section)[name] : undefined;
  }
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function required(value: unknown, dottedPath: string): string {
  const found = read(value, dottedPath);
  if (found === undefined) throw new Error(`the body has no ${dottedPath}`);
  return found;
}
