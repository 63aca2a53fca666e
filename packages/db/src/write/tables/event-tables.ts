import { emptiedColumns } from '../../privacy/personal-columns.ts';
import {
  bytes,
  instant,
  json,
  type ProjectionTable,
  receipts,
  receiptsRow,
  text,
} from './projection-table.ts';
import {
  identityColumns,
  overallStatusGroup,
  overallStatusRow,
  severalChannels,
  statusGroup,
  statusRow,
} from './status-columns.ts';

export const inboundEvent: ProjectionTable = {
  name: 'inbound_event',
  emptiable: emptiedColumns('inbound_event'),
  key: text('id'),
  greatest: [...text('app_id', 'contact_id', 'conversation_id', 'processing_mode'), receipts.last],
  least: [receipts.first, instant('happened_at')],
  groups: [
    {
      stamp: 'event_stamp',
      columns: [
        ...text('kind', 'channel'),
        ...identityColumns,
        json('content'),
        instant('accepted_at'),
      ],
    },
  ],
  rows: (event) =>
    event.facts.inboundEvents.map(({ event: itself, ...fact }) => ({
      id: fact.id,
      app_id: fact.appId ?? null,
      contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      processing_mode: fact.processingMode ?? null,
      happened_at: itself.at ?? event.receivedAt,
      event_stamp: itself.stamp,
      kind: itself.kind,
      channel: itself.channel ?? null,
      identity: itself.identity ?? null,
      channel_identity: itself.channelIdentity ?? null,
      content: itself.json,
      accepted_at: itself.at ?? null,
      ...receiptsRow(event),
    })),
};

export const reaction: ProjectionTable = {
  name: 'reaction',
  emptiable: emptiedColumns('reaction'),
  key: text('id'),
  greatest: [
    ...text('app_id', 'sinch_message_id', 'emoji', 'action', 'category', 'contact_id', 'channel'),
    ...identityColumns,
    receipts.last,
  ],
  least: [receipts.first, instant('happened_at')],
  groups: [],
  rows: (event) =>
    event.facts.reactions.map((fact) => ({
      id: fact.id,
      app_id: fact.appId ?? null,
      sinch_message_id: fact.sinchMessageId ?? null,
      emoji: fact.emoji ?? null,
      action: fact.action ?? null,
      category: fact.category ?? null,
      contact_id: fact.contactId ?? null,
      channel: fact.channel ?? null,
      identity: fact.identity ?? null,
      channel_identity: fact.channelIdentity ?? null,
      happened_at: fact.happenedAt,
      ...receiptsRow(event),
    })),
};

export const unsupported: ProjectionTable = {
  name: 'unsupported',
  emptiable: emptiedColumns('unsupported'),
  key: text('id'),
  greatest: [
    ...text('app_id', 'channel', 'payload', 'contact_id', 'conversation_id'),
    ...identityColumns,
    receipts.last,
  ],
  least: [receipts.first, instant('happened_at')],
  groups: [],
  rows: (event) =>
    event.facts.unsupported.map((fact) => ({
      id: fact.id,
      app_id: fact.appId ?? null,
      channel: fact.channel ?? null,
      payload: fact.payload ?? null,
      contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      identity: fact.identity ?? null,
      channel_identity: fact.channelIdentity ?? null,
      happened_at: fact.happenedAt,
      ...receiptsRow(event),
    })),
};

export const eventDelivery: ProjectionTable = {
  name: 'event_delivery',
  emptiable: emptiedColumns('event_delivery'),
  key: text('sinch_event_id'),
  greatest: [
    ...text('app_id', 'contact_id', 'conversation_id', 'metadata', 'processing_mode'),
    receipts.last,
  ],
  least: [receipts.first],
  groups: [overallStatusGroup],
  difference: severalChannels,
  rows: (event) =>
    event.facts.eventDeliveries.map((fact) => ({
      sinch_event_id: fact.sinchEventId,
      app_id: fact.appId ?? null,
      contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      metadata: fact.metadata ?? null,
      processing_mode: fact.processingMode ?? null,
      ...overallStatusRow(fact.overallStatus),
      ...receiptsRow(event),
    })),
};

export const eventDeliveryChannel: ProjectionTable = {
  name: 'event_delivery_channel',
  key: text('sinch_event_id', 'channel'),
  greatest: [receipts.last],
  least: [receipts.first],
  groups: [statusGroup],
  rows: (event) =>
    event.facts.eventDeliveryChannels.map((fact) => ({
      sinch_event_id: fact.sinchEventId,
      channel: fact.channel,
      ...statusRow(fact.status),
      ...receiptsRow(event),
    })),
};

export const channelEvent: ProjectionTable = {
  name: 'channel_event',
  key: [bytes('content_digest')],
  greatest: [receipts.last],
  least: [],
  groups: [],
  first: {
    by: [receipts.first, bytes('event_digest')],
    columns: [
      ...text('app_id', 'channel', 'event_type'),
      json('additional_data'),
      instant('happened_at'),
    ],
  },
  rows: (event) =>
    event.facts.channelEvents.map((fact) => ({
      content_digest: fact.contentDigest,
      event_digest: event.eventDigest,
      app_id: fact.appId ?? null,
      channel: fact.channel ?? null,
      event_type: fact.eventType ?? null,
      additional_data: fact.additionalDataJson ?? null,
      happened_at: fact.at ?? null,
      ...receiptsRow(event),
    })),
};

export const record: ProjectionTable = {
  name: 'record',
  key: text('entity_id'),
  greatest: [...text('contact_id', 'conversation_id'), receipts.last],
  least: [receipts.first],
  groups: [
    {
      stamp: 'record_stamp',
      columns: [...text('status', 'channel', 'reason_code'), instant('status_at')],
    },
  ],
  rows: (event) =>
    event.facts.records.map(({ record: state, ...fact }) => ({
      entity_id: fact.entityId,
      contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      record_stamp: state.stamp,
      status: state.status,
      channel: state.channel ?? null,
      reason_code: state.reasonCode ?? null,
      status_at: state.at ?? null,
      ...receiptsRow(event),
    })),
};

export const batch: ProjectionTable = {
  name: 'batch',
  key: text('batch_id'),
  greatest: [...text('app_id'), receipts.last],
  least: [receipts.first],
  groups: [
    {
      stamp: 'batch_stamp',
      columns: [...text('status', 'batch_type'), json('additional_data'), instant('status_at')],
    },
  ],
  rows: (event) =>
    event.facts.batches.map(({ batch: state, ...fact }) => ({
      batch_id: fact.batchId,
      app_id: fact.appId ?? null,
      batch_stamp: state.stamp,
      status: state.status,
      batch_type: state.type ?? null,
      additional_data: state.additionalDataJson ?? null,
      status_at: state.at ?? null,
      ...receiptsRow(event),
    })),
};
