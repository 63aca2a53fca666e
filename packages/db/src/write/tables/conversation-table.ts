import {
  flag,
  instant,
  json,
  type ProjectionTable,
  receipts,
  receiptsRow,
  text,
} from './projection-table.ts';

/** Conversations. The column `state` is generated from the flags and the two maxima. */
export const conversation: ProjectionTable = {
  name: 'conversation',
  key: text('sinch_conversation_id'),
  greatest: [
    ...text('app_id', 'contact_id'),
    ...['started', 'stopped_without_time', 'deleted'].map(flag),
    ...['started_at', 'stopped_at'].map(instant),
    receipts.last,
  ],
  least: [receipts.first],
  groups: [
    { stamp: 'channel_stamp', columns: text('active_channel') },
    {
      stamp: 'details_stamp',
      columns: [...text('metadata', 'correlation_id'), json('metadata_json')],
    },
  ],
  rows: (event) =>
    event.facts.conversations.map((fact) => ({
      sinch_conversation_id: fact.sinchConversationId,
      app_id: fact.appId ?? null,
      contact_id: fact.contactId ?? null,
      started: String(fact.started),
      started_at: fact.startedAt ?? null,
      stopped_at: fact.stoppedAt ?? null,
      stopped_without_time: String(fact.stoppedWithoutTime),
      deleted: String(fact.deleted),
      channel_stamp: fact.channel?.stamp ?? null,
      active_channel: fact.channel?.channel ?? null,
      details_stamp: fact.details?.stamp ?? null,
      metadata: fact.details?.metadata ?? null,
      metadata_json: fact.details?.metadataJson ?? null,
      correlation_id: fact.details?.correlationId ?? null,
      ...receiptsRow(event),
    })),
};
