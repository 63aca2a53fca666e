import * as z from 'zod';
import { factsOf } from './facts.ts';
import { jsonObject, text } from './fields.ts';
import type { Projection, ProjectionInput } from './projection.ts';
import { stampOf } from './stamp.ts';

const conversationFields = z.object({
  id: text,
  app_id: text,
  contact_id: text,
  active_channel: text,
  metadata: text,
  metadata_json: jsonObject,
  correlation_id: text,
});

/**
 * Documented samples carry no time, so the state decides: a stopped conversation is never
 * started again (Sinch gives the next one a new id), and a deleted one stays deleted.
 */
const stateRank = { ACTIVE: 10, STOPPED: 20, DELETED: 30 } as const;

/** CONVERSATION_START, CONVERSATION_STOP and CONVERSATION_DELETE. */
export function projectConversation(
  input: ProjectionInput,
  state: keyof typeof stateRank,
): Projection {
  const body = conversationFields.catch({}).parse(input.section['conversation']);
  if (body.id === undefined) return { kind: 'incomplete', missing: 'conversation.id' };
  const at = input.eventTime ?? input.acceptedTime;
  const stamp = stampOf(stateRank[state], at, input.key);
  return {
    kind: 'facts',
    facts: factsOf({
      conversations: [
        {
          sinchConversationId: body.id,
          appId: body.app_id ?? input.appId,
          contactId: body.contact_id,
          state: { state, stamp },
          channel:
            body.active_channel === undefined
              ? undefined
              : { channel: body.active_channel, stamp: stampOf(0, at, input.key) },
          details: {
            metadata: body.metadata,
            metadataJson: body.metadata_json && JSON.stringify(body.metadata_json),
            correlationId: body.correlation_id ?? input.correlationId,
            stamp,
          },
        },
      ],
      contacts:
        body.contact_id === undefined
          ? []
          : [
              {
                sinchContactId: body.contact_id,
                profile: undefined,
                deletedAt: undefined,
                mergedIntoContactId: undefined,
              },
            ],
    }),
  };
}
