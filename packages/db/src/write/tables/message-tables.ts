import {
  currentContact,
  instant,
  json,
  type ProjectionTable,
  statusGroups,
  statusRow,
  text,
} from './projection-table.ts';

export const message: ProjectionTable = {
  name: 'message',
  key: text('sinch_message_id'),
  greatest: [
    ...text('app_id', 'conversation_id', 'reported_contact_id'),
    ...text('metadata', 'correlation_id', 'processing_mode'),
    { name: 'direction', type: 'message_direction' },
    instant('last_updated_at'),
  ],
  least: [instant('created_at')],
  groups: [
    ...statusGroups,
    { stamp: 'channel_stamp', columns: text('channel', 'channel_identity') },
    { stamp: 'content_stamp', columns: [json('content')] },
  ],
  followers: [currentContact],
  rows: ({ facts, receivedAt }) =>
    facts.messages.map((fact) => ({
      sinch_message_id: fact.sinchMessageId,
      app_id: fact.appId ?? null,
      conversation_id: fact.conversationId ?? null,
      reported_contact_id: fact.contactId ?? null,
      metadata: fact.metadata ?? null,
      correlation_id: fact.correlationId ?? null,
      processing_mode: fact.processingMode ?? null,
      direction: fact.direction ?? null,
      created_at: receivedAt,
      last_updated_at: receivedAt,
      ...statusRow({ ...(fact.status && { status: fact.status }), reason: fact.reason }),
      channel_stamp: fact.channel?.stamp ?? null,
      channel: fact.channel?.channel ?? null,
      channel_identity: fact.channel?.identity ?? null,
      content_stamp: fact.content?.stamp ?? null,
      content: fact.content?.json ?? null,
    })),
};

export const messageStatus: ProjectionTable = {
  name: 'message_status',
  key: text('event_key'),
  greatest: [
    ...text('sinch_message_id', 'status', 'channel', 'reason_code', 'reason_description'),
    instant('event_time'),
  ],
  least: [],
  groups: [],
  followers: [],
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

export const messageChannel: ProjectionTable = {
  name: 'message_channel',
  key: text('sinch_message_id', 'channel'),
  greatest: text('channel_identity'),
  least: [],
  groups: statusGroups,
  followers: [],
  rows: ({ facts }) =>
    facts.messageChannels.map((fact) => ({
      sinch_message_id: fact.sinchMessageId,
      channel: fact.channel,
      channel_identity: fact.identity ?? null,
      ...statusRow(fact),
    })),
};

export const messageAnalysis: ProjectionTable = {
  name: 'message_analysis',
  key: text('sinch_message_id'),
  greatest: text('reported_contact_id', 'conversation_id'),
  least: [],
  groups: [{ stamp: 'results_stamp', columns: [json('results')] }],
  followers: [currentContact],
  rows: ({ facts }) =>
    facts.messageAnalyses.map((fact) => ({
      sinch_message_id: fact.sinchMessageId,
      reported_contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      results_stamp: fact.results.stamp,
      results: fact.results.json,
    })),
};

export const conversation: ProjectionTable = {
  name: 'conversation',
  key: text('sinch_conversation_id'),
  greatest: [...text('app_id', 'reported_contact_id'), instant('last_updated_at')],
  least: [instant('created_at')],
  groups: [
    { stamp: 'state_stamp', columns: [{ name: 'state', type: 'conversation_state' }] },
    { stamp: 'channel_stamp', columns: text('active_channel') },
    {
      stamp: 'details_stamp',
      columns: [...text('metadata', 'correlation_id'), json('metadata_json')],
    },
  ],
  followers: [currentContact],
  rows: ({ facts, receivedAt }) =>
    facts.conversations.map((fact) => ({
      sinch_conversation_id: fact.sinchConversationId,
      app_id: fact.appId ?? null,
      reported_contact_id: fact.contactId ?? null,
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
