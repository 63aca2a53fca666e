import { factsOf, namedContact } from '../../facts/facts.ts';
import { stampOf } from '../../facts/stamp.ts';
import type { Project } from '../projection.ts';

/** Order at the same time, or without a time as in all documented samples. */
const tieBreaks = { CONVERSATION_START: 1, CONVERSATION_STOP: 2, CONVERSATION_DELETE: 3 } as const;

/** Projects CONVERSATION_START, CONVERSATION_STOP and CONVERSATION_DELETE. */
export const projectConversation: Project<keyof typeof tieBreaks> = (event, { key, at }) => {
  const { trigger, body } = event;
  const { conversation = {} } = body;
  const id = conversation.id ?? body.conversation_id;
  if (id === undefined) return { kind: 'incomplete', missing: 'conversation.id' };
  const { active_channel: channel, metadata, metadata_json: metadataJson } = conversation;
  const correlationId = conversation.correlation_id ?? event.correlationId;
  const details = {
    metadata,
    metadataJson: metadataJson && JSON.stringify(metadataJson),
    correlationId,
    stamp: stampOf({ at: at?.order, tieBreak: tieBreaks[trigger] }, key),
  };
  const hasDetails = (metadata ?? metadataJson ?? correlationId) !== undefined;
  const hasStarted = trigger === 'CONVERSATION_START';
  const hasStopped = trigger === 'CONVERSATION_STOP';
  return {
    kind: 'facts',
    facts: factsOf({
      conversations: [
        {
          sinchConversationId: id,
          appId: conversation.app_id ?? event.appId,
          contactId: conversation.contact_id,
          started: hasStarted,
          startedAt: hasStarted ? at?.order.iso : undefined,
          stoppedAt: hasStopped ? at?.order.iso : undefined,
          stoppedWithoutTime: hasStopped && at === undefined,
          deleted: trigger === 'CONVERSATION_DELETE',
          channel: channel === undefined ? undefined : { channel, stamp: details.stamp },
          details: hasDetails ? details : undefined,
        },
      ],
      contacts: namedContact(conversation.contact_id),
    }),
  };
};
