import { factsOf, namedContact } from './facts.ts';
import type { Project } from './projection.ts';
import { stampOf } from './stamp.ts';

/**
 * Documented samples carry no time, so the state decides: a stopped conversation is never
 * started again (Sinch gives the next one a new id), and a deleted one stays deleted.
 */
const states = {
  CONVERSATION_START: { state: 'ACTIVE', rank: 10 },
  CONVERSATION_STOP: { state: 'STOPPED', rank: 20 },
  CONVERSATION_DELETE: { state: 'DELETED', rank: 30 },
} as const;

/** CONVERSATION_START, CONVERSATION_STOP and CONVERSATION_DELETE. */
export const projectConversation: Project<keyof typeof states> = (event, { key, at }) => {
  const conversation = event.body.conversation ?? {};
  const { id, active_channel: channel, metadata_json: metadataJson } = conversation;
  if (id === undefined) return { kind: 'incomplete', missing: 'conversation.id' };
  const { state, rank } = states[event.trigger];
  const stamp = stampOf(rank, at, key);
  return {
    kind: 'facts',
    facts: factsOf({
      conversations: [
        {
          sinchConversationId: id,
          appId: conversation.app_id ?? event.appId,
          contactId: conversation.contact_id,
          state: { state, stamp },
          channel: channel === undefined ? undefined : { channel, stamp: stampOf(0, at, key) },
          details: {
            metadata: conversation.metadata,
            metadataJson: metadataJson && JSON.stringify(metadataJson),
            correlationId: conversation.correlation_id ?? event.correlationId,
            stamp,
          },
        },
      ],
      contacts: namedContact(conversation.contact_id),
    }),
  };
};
