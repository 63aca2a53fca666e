import { channelOf } from './channel-of.ts';
import { factsOf, namedContact } from './facts.ts';
import type { Project } from './projection.ts';
import { stampOf } from './stamp.ts';

/** RECORD_NOTIFICATION: how the recording of something stands. The latest state wins. */
export const projectRecord: Project<'RECORD_NOTIFICATION'> = ({ body }, { key, at }) => {
  const { entity_id: entityId, record_status: status } = body;
  if (entityId === undefined) return { kind: 'incomplete', missing: 'entity_id' };
  return {
    kind: 'facts',
    facts: factsOf({
      records: [
        {
          entityId,
          contactId: body.contact_id,
          conversationId: body.conversation_id,
          record: {
            status: status ?? 'UNKNOWN',
            channel: channelOf(body)?.channel,
            reasonCode: body.reason?.code,
            at: at?.iso,
            stamp: stampOf(0, at, key),
          },
        },
      ],
      contacts: namedContact(body.contact_id),
    }),
  };
};

/** BATCH_STATUS_UPDATE: how a batch of messages stands. The latest state wins. */
export const projectBatch: Project<'BATCH_STATUS_UPDATE'> = ({ appId, body }, { key, at }) => {
  const { batch_id: batchId, additional_data: data } = body;
  if (batchId === undefined) return { kind: 'incomplete', missing: 'batch_id' };
  return {
    kind: 'facts',
    facts: factsOf({
      batches: [
        {
          batchId,
          appId,
          batch: {
            status: body.batch_status ?? 'UNKNOWN',
            type: body.batch_type,
            additionalDataJson: data && JSON.stringify(data),
            at: at?.iso,
            stamp: stampOf(0, at, key),
          },
        },
      ],
    }),
  };
};
