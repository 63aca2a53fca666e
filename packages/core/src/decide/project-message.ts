import { channelOf } from './channel-of.ts';
import { type Facts, factsOf, type MessageFact, namedContact } from './facts.ts';
import { parseInstant } from './instant.ts';
import type { Project } from './projection.ts';
import { type Stamp, stampOf } from './stamp.ts';
import { surroundingsOf } from './surroundings.ts';

/** A redaction carries the same message without what had to go, so it beats the original. */
const contentRank = { original: 10, redacted: 20 } as const;

/** MESSAGE_INBOUND, and its redaction, which comes with the same message id. */
export const projectInboundMessage: Project<
  'MESSAGE_INBOUND' | 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION'
> = ({ trigger, appId, correlationId, body }, { key, at: envelopeAt }) => {
  if (body.id === undefined) return { kind: 'incomplete', missing: 'id' };
  const at = parseInstant(body.accept_time) ?? envelopeAt;
  const isRedaction = trigger !== 'MESSAGE_INBOUND';
  const rank = isRedaction ? contentRank.redacted : contentRank.original;
  // A redaction that brings nothing in place of the original takes it away all the same.
  const content = body.contact_message ?? (isRedaction ? {} : undefined);
  const message = {
    sinchMessageId: body.id,
    appId,
    correlationId,
    conversationId: body.conversation_id,
    contactId: body.contact_id,
    direction: 'TO_APP' as const,
    metadata: body.metadata,
    processingMode: body.processing_mode,
    content: contentFact(content, stampOf(rank, at, key)),
  };
  return { kind: 'facts', facts: messageFacts(message, channelOf(body), stampOf(0, at, key)) };
};

/** MESSAGE_SUBMIT: Sinch has taken a message to a contact. Repeats after a channel switch. */
export const projectSubmittedMessage: Project<'MESSAGE_SUBMIT'> = (
  { appId, correlationId, body },
  { key, at },
) => {
  if (body.message_id === undefined) return { kind: 'incomplete', missing: 'message_id' };
  const message = {
    sinchMessageId: body.message_id,
    appId,
    correlationId,
    conversationId: body.conversation_id,
    contactId: body.contact_id,
    direction: 'TO_CONTACT' as const,
    metadata: body.metadata,
    processingMode: body.processing_mode,
    content: contentFact(body.submitted_message, stampOf(contentRank.original, at, key)),
  };
  return { kind: 'facts', facts: messageFacts(message, channelOf(body), stampOf(0, at, key)) };
};

/** SMART_CONVERSATIONS: what an analysis made of a message. */
export const projectMessageAnalysis: Project<'SMART_CONVERSATIONS'> = ({ body }, { key, at }) => {
  if (body.message_id === undefined) return { kind: 'incomplete', missing: 'message_id' };
  return {
    kind: 'facts',
    facts: factsOf({
      messageAnalyses: [
        {
          sinchMessageId: body.message_id,
          contactId: body.contact_id,
          conversationId: body.conversation_id,
          results: {
            json: JSON.stringify(body.analysis_results ?? {}),
            stamp: stampOf(0, at, key),
          },
        },
      ],
      contacts: namedContact(body.contact_id),
    }),
  };
};

type MessageItself = Omit<MessageFact, 'channel' | 'status' | 'reason'>;

/** The message, and what it shows of the conversation and the contact that it belongs to. */
function messageFacts(
  message: MessageItself,
  channel: ReturnType<typeof channelOf>,
  stamp: Stamp,
): Facts {
  return factsOf({
    messages: [
      {
        ...message,
        status: undefined,
        reason: undefined,
        channel: channel && { channel: channel.channel, identity: channel.identity, stamp },
      },
    ],
    ...surroundingsOf(message, channel, stamp),
  });
}

function contentFact(content: object | undefined, stamp: Stamp): MessageFact['content'] {
  return content && { json: JSON.stringify(content), stamp };
}
