import type { Facts } from '@sinch-callbacks/core';
import { type Column, type FactRow, type JoinTable, joinStatement } from './join-table.ts';

/** Facts of one event, with what the rows keep of the event itself. */
export interface EventFacts {
  readonly eventKey: string;
  readonly receivedAt: string;
  readonly facts: Facts;
}

/** How the facts of one kind become rows of one table. */
export interface ProjectionTable extends JoinTable {
  readonly rows: (event: EventFacts) => readonly FactRow[];
}

const message: ProjectionTable = {
  name: 'message',
  key: text('sinch_message_id'),
  greatest: [
    ...text(
      'app_id',
      'conversation_id',
      'contact_id',
      'metadata',
      'correlation_id',
      'processing_mode',
    ),
    { name: 'direction', type: 'message_direction' },
    { name: 'last_updated_at', type: 'timestamptz' },
  ],
  least: [{ name: 'created_at', type: 'timestamptz' }],
  groups: [
    {
      stamp: 'status_stamp',
      columns: [
        { name: 'status', type: 'text' },
        { name: 'status_rank', type: 'integer' },
        { name: 'status_at', type: 'timestamptz' },
      ],
    },
    { stamp: 'channel_stamp', columns: text('channel', 'channel_identity') },
    { stamp: 'content_stamp', columns: [{ name: 'content', type: 'jsonb' }] },
    { stamp: 'reason_stamp', columns: text('reason_code', 'reason_description') },
  ],
  rows: ({ facts, receivedAt }) =>
    facts.messages.map((fact) => ({
      sinch_message_id: fact.sinchMessageId,
      app_id: fact.appId ?? null,
      conversation_id: fact.conversationId ?? null,
      contact_id: fact.contactId ?? null,
      metadata: fact.metadata ?? null,
      correlation_id: fact.correlationId ?? null,
      processing_mode: fact.processingMode ?? null,
      direction: fact.direction ?? null,
      created_at: receivedAt,
      last_updated_at: receivedAt,
      status_stamp: fact.status?.stamp ?? null,
      status: fact.status?.status ?? null,
      status_rank: fact.status ? String(fact.status.rank) : null,
      status_at: fact.status?.at ?? null,
      channel_stamp: fact.channel?.stamp ?? null,
      channel: fact.channel?.channel ?? null,
      channel_identity: fact.channel?.identity ?? null,
      content_stamp: fact.content?.stamp ?? null,
      content: fact.content?.json ?? null,
      reason_stamp: fact.reason?.stamp ?? null,
      reason_code: fact.reason?.code ?? null,
      reason_description: fact.reason?.description ?? null,
    })),
};

const messageStatus: ProjectionTable = {
  name: 'message_status',
  key: text('event_key'),
  greatest: [
    ...text('sinch_message_id', 'status', 'channel', 'reason_code', 'reason_description'),
    { name: 'event_time', type: 'timestamptz' },
  ],
  least: [],
  groups: [],
  rows: ({ facts, eventKey }) =>
    facts.messageStatuses.map((fact) => ({
      event_key: eventKey,
      sinch_message_id: fact.sinchMessageId,
      status: fact.status,
      channel: fact.channel ?? null,
      event_time: fact.eventTime ?? null,
      reason_code: fact.reasonCode ?? null,
      reason_description: fact.reasonDescription ?? null,
    })),
};

const conversation: ProjectionTable = {
  name: 'conversation',
  key: text('sinch_conversation_id'),
  greatest: [...text('app_id', 'contact_id'), { name: 'last_updated_at', type: 'timestamptz' }],
  least: [{ name: 'created_at', type: 'timestamptz' }],
  groups: [
    { stamp: 'state_stamp', columns: [{ name: 'state', type: 'conversation_state' }] },
    { stamp: 'channel_stamp', columns: text('active_channel') },
    {
      stamp: 'details_stamp',
      columns: [...text('metadata', 'correlation_id'), { name: 'metadata_json', type: 'jsonb' }],
    },
  ],
  rows: ({ facts, receivedAt }) =>
    facts.conversations.map((fact) => ({
      sinch_conversation_id: fact.sinchConversationId,
      app_id: fact.appId ?? null,
      contact_id: fact.contactId ?? null,
      created_at: receivedAt,
      last_updated_at: receivedAt,
      state_stamp: fact.state?.stamp ?? null,
      state: fact.state?.state ?? null,
      channel_stamp: fact.channel?.stamp ?? null,
      active_channel: fact.channel?.channel ?? null,
      details_stamp: fact.details?.stamp ?? null,
      metadata: fact.details?.metadata ?? null,
      metadata_json: fact.details?.metadataJson ?? null,
      correlation_id: fact.details?.correlationId ?? null,
    })),
};

const contact: ProjectionTable = {
  name: 'contact',
  key: text('sinch_contact_id'),
  greatest: [...text('merged_into_contact_id'), { name: 'last_updated_at', type: 'timestamptz' }],
  least: [
    { name: 'created_at', type: 'timestamptz' },
    { name: 'deleted_at', type: 'timestamptz' },
  ],
  groups: [
    {
      stamp: 'profile_stamp',
      columns: [
        ...text('display_name', 'email', 'external_id', 'metadata', 'language'),
        { name: 'channel_priority', type: 'jsonb' },
      ],
    },
  ],
  rows: ({ facts, receivedAt }) =>
    facts.contacts.map((fact) => ({
      sinch_contact_id: fact.sinchContactId,
      merged_into_contact_id: fact.mergedIntoContactId ?? null,
      deleted_at: fact.deletedAt ?? null,
      created_at: receivedAt,
      last_updated_at: fact.profile ? receivedAt : null,
      profile_stamp: fact.profile?.stamp ?? null,
      display_name: fact.profile?.displayName ?? null,
      email: fact.profile?.email ?? null,
      external_id: fact.profile?.externalId ?? null,
      metadata: fact.profile?.metadata ?? null,
      language: fact.profile?.language ?? null,
      channel_priority: fact.profile ? JSON.stringify(fact.profile.channelPriority) : null,
    })),
};

const contactIdentity: ProjectionTable = {
  name: 'contact_identity',
  key: text('sinch_contact_id', 'channel', 'identity', 'app_id'),
  greatest: text('listed_stamp'),
  least: [{ name: 'created_at', type: 'timestamptz' }],
  groups: [],
  rows: ({ facts, receivedAt }) =>
    facts.contactIdentities.map((fact) => ({
      sinch_contact_id: fact.sinchContactId,
      channel: fact.channel,
      identity: fact.identity,
      app_id: fact.appId,
      listed_stamp: fact.listedStamp ?? null,
      created_at: receivedAt,
    })),
};

const consent: ProjectionTable = {
  name: 'consent',
  key: text('app_id', 'contact_id', 'channel', 'identity'),
  greatest: [{ name: 'last_updated_at', type: 'timestamptz' }],
  least: [{ name: 'created_at', type: 'timestamptz' }],
  groups: [
    {
      stamp: 'consent_stamp',
      columns: [
        { name: 'state', type: 'consent_state' },
        { name: 'consent_at', type: 'timestamptz' },
      ],
    },
  ],
  rows: ({ facts, receivedAt }) =>
    facts.consents.map((fact) => ({
      app_id: fact.appId,
      contact_id: fact.contactId,
      channel: fact.channel,
      identity: fact.identity,
      created_at: receivedAt,
      last_updated_at: receivedAt,
      consent_stamp: fact.consent.stamp,
      state: fact.consent.state,
      consent_at: fact.consent.at ?? null,
    })),
};

/** Every projection, in the one order in which all batches lock rows. */
export const projections = [
  message,
  messageStatus,
  conversation,
  contact,
  contactIdentity,
  consent,
].map((table) => ({ name: table.name, rows: table.rows, statement: joinStatement(table) }));

function text(...names: readonly string[]): Column[] {
  return names.map((name) => ({ name, type: 'text' }));
}
