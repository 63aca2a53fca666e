import {
  currentContact,
  instant,
  json,
  type ProjectionTable,
  statusGroups,
  statusRow,
  text,
} from './projection-table.ts';

export const inboundEvent: ProjectionTable = {
  name: 'inbound_event',
  key: text('id'),
  greatest: text('app_id', 'reported_contact_id', 'conversation_id', 'processing_mode'),
  least: [],
  groups: [
    {
      stamp: 'event_stamp',
      columns: [
        ...text('kind', 'channel', 'channel_identity'),
        json('content'),
        instant('accepted_at'),
      ],
    },
  ],
  followers: [currentContact],
  rows: ({ facts }) =>
    facts.inboundEvents.map(({ event, ...fact }) => ({
      id: fact.id,
      app_id: fact.appId ?? null,
      reported_contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      processing_mode: fact.processingMode ?? null,
      event_stamp: event.stamp,
      kind: event.kind,
      channel: event.channel ?? null,
      channel_identity: event.identity ?? null,
      content: event.json,
      accepted_at: event.at ?? null,
    })),
};

export const eventDelivery: ProjectionTable = {
  name: 'event_delivery',
  key: text('sinch_event_id'),
  greatest: [
    ...text('app_id', 'reported_contact_id', 'conversation_id'),
    ...text('channel', 'channel_identity', 'metadata'),
  ],
  least: [],
  groups: statusGroups,
  followers: [currentContact],
  rows: ({ facts }) =>
    facts.eventDeliveries.map((fact) => ({
      sinch_event_id: fact.sinchEventId,
      app_id: fact.appId ?? null,
      reported_contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      channel: fact.channel ?? null,
      channel_identity: fact.identity ?? null,
      metadata: fact.metadata ?? null,
      ...statusRow(fact),
    })),
};

export const channelEvent: ProjectionTable = {
  name: 'channel_event',
  key: text('event_key'),
  greatest: text('app_id'),
  least: [],
  groups: [
    {
      stamp: 'event_stamp',
      columns: [...text('channel', 'event_type'), json('additional_data'), instant('happened_at')],
    },
  ],
  followers: [],
  rows: ({ facts, eventKey }) =>
    facts.channelEvents.map(({ appId, event }) => ({
      event_key: eventKey,
      app_id: appId ?? null,
      event_stamp: event.stamp,
      channel: event.channel ?? null,
      event_type: event.eventType ?? null,
      additional_data: event.additionalDataJson ?? null,
      happened_at: event.at ?? null,
    })),
};

export const record: ProjectionTable = {
  name: 'record',
  key: text('entity_id'),
  greatest: text('reported_contact_id', 'conversation_id'),
  least: [],
  groups: [
    {
      stamp: 'record_stamp',
      columns: [...text('status', 'channel', 'reason_code'), instant('status_at')],
    },
  ],
  followers: [currentContact],
  rows: ({ facts }) =>
    facts.records.map(({ record: state, ...fact }) => ({
      entity_id: fact.entityId,
      reported_contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      record_stamp: state.stamp,
      status: state.status,
      channel: state.channel ?? null,
      reason_code: state.reasonCode ?? null,
      status_at: state.at ?? null,
    })),
};

export const batch: ProjectionTable = {
  name: 'batch',
  key: text('batch_id'),
  greatest: text('app_id'),
  least: [],
  groups: [
    {
      stamp: 'batch_stamp',
      columns: [...text('status', 'batch_type'), json('additional_data'), instant('status_at')],
    },
  ],
  followers: [],
  rows: ({ facts }) =>
    facts.batches.map(({ batch: state, ...fact }) => ({
      batch_id: fact.batchId,
      app_id: fact.appId ?? null,
      batch_stamp: state.stamp,
      status: state.status,
      batch_type: state.type ?? null,
      additional_data: state.additionalDataJson ?? null,
      status_at: state.at ?? null,
    })),
};
