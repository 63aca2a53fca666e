import { emptiedColumns } from '../../privacy/personal-columns.ts';
import {
  bytes,
  instant,
  json,
  type ProjectionTable,
  receipts,
  receiptsRow,
  smallNumber,
  text,
} from './projection-table.ts';
import {
  overallStatusGroup,
  overallStatusRow,
  reasonColumns,
  reasonRow,
  severalChannels,
  statusGroup,
  statusRow,
} from './status-columns.ts';

export const message: ProjectionTable = {
  name: 'message',
  emptiable: emptiedColumns('message'),
  key: text('sinch_message_id'),
  greatest: [
    ...text('app_id', 'project_id', 'conversation_id', 'contact_id'),
    ...text('metadata', 'channel_metadata', 'conversation_metadata', 'batch_id'),
    ...text('correlation_id', 'processing_mode', 'sender_id', 'reply_to_message_id'),
    { name: 'direction', type: 'message_direction' },
    receipts.last,
  ],
  least: [
    receipts.first,
    ...['happened_at', 'sent_at', 'redacted_at'].map(instant),
    ...['delivered_at', 'read_at', 'failed_at'].map(instant),
  ],
  groups: [
    overallStatusGroup,
    { stamp: 'content_stamp', columns: [...text('kind', 'text'), json('content')] },
  ],
  difference: severalChannels,
  // They may quote the removed text, and reports may contain them again.
  withheld: { by: 'redacted_at', columns: ['metadata', 'channel_metadata'] },
  rows: (event) =>
    event.facts.messages.map((fact) => ({
      sinch_message_id: fact.sinchMessageId,
      app_id: fact.appId ?? null,
      project_id: fact.projectId ?? null,
      conversation_id: fact.conversationId ?? null,
      contact_id: fact.contactId ?? null,
      metadata: fact.metadata ?? null,
      channel_metadata: fact.channelMetadata ?? null,
      conversation_metadata: fact.conversationMetadata ?? null,
      batch_id: fact.batchId ?? null,
      correlation_id: fact.correlationId ?? null,
      processing_mode: fact.processingMode ?? null,
      sender_id: fact.senderId ?? null,
      reply_to_message_id: fact.replyToMessageId ?? null,
      direction: fact.direction ?? null,
      happened_at: fact.happenedAt,
      sent_at: fact.sentAt ?? null,
      redacted_at: fact.redactedAt ?? null,
      delivered_at: fact.deliveredAt ?? null,
      read_at: fact.readAt ?? null,
      failed_at: fact.failedAt ?? null,
      content_stamp: fact.content?.stamp ?? null,
      kind: fact.content?.kind ?? null,
      text: fact.content?.text ?? null,
      content: fact.content?.json ?? null,
      ...overallStatusRow(fact.overallStatus),
      ...receiptsRow(event),
    })),
};

/** Failures by app and time, apart from the message, so that its updates write no index. */
export const messageFailure: ProjectionTable = {
  name: 'message_failure',
  key: text('sinch_message_id'),
  greatest: text('app_id'),
  least: [instant('failed_at')],
  groups: [],
  rows: ({ facts }) =>
    facts.messages.flatMap(({ sinchMessageId, appId, failedAt }) =>
      failedAt === undefined
        ? []
        : [{ sinch_message_id: sinchMessageId, app_id: appId ?? null, failed_at: failedAt }],
    ),
};

export const messageStatus: ProjectionTable = {
  name: 'message_status',
  // In the order of the index, which is also that of a message's history.
  key: [
    ...text('sinch_message_id'),
    instant('event_time'),
    ...text('status', 'channel', 'identity'),
  ],
  greatest: [...text('channel_identity'), smallNumber('rank')],
  least: [],
  groups: [{ stamp: 'reason_digest', columns: reasonColumns }],
  first: { by: [instant('received_at'), bytes('event_digest')], columns: [] },
  rows: ({ facts, eventDigest, receivedAt }) =>
    facts.messageStatuses.map((fact) => {
      const row = {
        sinch_message_id: fact.sinchMessageId,
        event_time: fact.eventTime ?? null,
        status: fact.status,
        channel: fact.channel ?? null,
        rank: String(fact.rank),
        received_at: receivedAt,
        event_digest: eventDigest,
        ...reasonRow(fact),
      };
      const hasReason = reasonColumns.some(({ name }) => Reflect.get(row, name) !== null);
      return { ...row, reason_digest: hasReason ? eventDigest : null };
    }),
};

export const messageChannel: ProjectionTable = {
  name: 'message_channel',
  key: text('sinch_message_id', 'channel'),
  greatest: [receipts.last],
  least: [receipts.first],
  groups: [statusGroup],
  rows: (event) =>
    event.facts.messageChannels.map((fact) => ({
      sinch_message_id: fact.sinchMessageId,
      channel: fact.channel,
      ...statusRow(fact.status),
      ...receiptsRow(event),
    })),
};

export const messageAnalysis: ProjectionTable = {
  name: 'message_analysis',
  key: text('sinch_message_id'),
  greatest: [...text('contact_id', 'conversation_id'), receipts.last],
  least: [receipts.first],
  groups: [{ stamp: 'results_stamp', columns: [json('results')] }],
  rows: (event) =>
    event.facts.messageAnalyses.map((fact) => ({
      sinch_message_id: fact.sinchMessageId,
      contact_id: fact.contactId ?? null,
      conversation_id: fact.conversationId ?? null,
      results_stamp: fact.results.stamp,
      results: fact.results.json,
      ...receiptsRow(event),
    })),
};
