import { factsOf, namedContact } from '../../facts/facts.ts';
import { stampOf } from '../../facts/stamp.ts';
import type { Project } from '../projection.ts';
import { channelOf } from '../related-facts.ts';

/** Ranks of states, since clocks do not order them. An unknown state never wins. */
const recordRanks: ReadonlyMap<string, number> = new Map([['EVENT_RECORD_STORED', 20]]);

/** Ranks by the name behind the prefix, which Sinch sometimes sends and sometimes omits. */
const batchRanks: ReadonlyMap<string, number> = new Map([
  ['READY', 10],
  ['SCHEDULED', 20],
  ['PROCESSED', 30],
  ['CANCELLED', 30],
]);

const ranks = { absent: 0, unknown: 1 } as const;

/** Projects RECORD_NOTIFICATION: the state of a recording. */
export const projectRecord: Project<'RECORD_NOTIFICATION'> = ({ body }, { key, at }) => {
  const { entity_id: entityId, record_status: status } = body;
  if (entityId === undefined) return { kind: 'incomplete', missing: 'entity_id' };
  const rank = rankOf(status, recordRanks, status);
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
            at: at?.instant?.iso,
            stamp: stampOf({ rank, at: at?.order }, key),
          },
        },
      ],
      contacts: namedContact(body.contact_id),
    }),
  };
};

/** Projects BATCH_STATUS_UPDATE: the state of a batch of messages. */
export const projectBatch: Project<'BATCH_STATUS_UPDATE'> = ({ appId, body }, { key, at }) => {
  const { batch_id: batchId, batch_status: status, additional_data: data } = body;
  if (batchId === undefined) return { kind: 'incomplete', missing: 'batch_id' };
  const rank = rankOf(status, batchRanks, status?.replace(/^BATCH_STATUS_/, ''));
  return {
    kind: 'facts',
    facts: factsOf({
      batches: [
        {
          batchId,
          appId,
          batch: {
            status: status ?? 'UNKNOWN',
            type: body.batch_type,
            additionalDataJson: data && JSON.stringify(data),
            at: at?.instant?.iso,
            stamp: stampOf({ rank, at: at?.order }, key),
          },
        },
      ],
    }),
  };
};

function rankOf(
  status: string | undefined,
  known: ReadonlyMap<string, number>,
  name: string | undefined,
): number {
  if (status === undefined || name === undefined || status.endsWith('UNSPECIFIED')) {
    return ranks.absent;
  }
  return known.get(name) ?? ranks.unknown;
}
