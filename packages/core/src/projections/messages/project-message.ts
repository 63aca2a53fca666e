import { contentAsSent } from '../../bodies/content/content-as-sent.ts';
import { shortText } from '../../bodies/fields.ts';
import type { JsonObject } from '../../events/json-object.ts';
import { factsOf, namedContact } from '../../facts/facts.ts';
import { type MessageFact, messageFact } from '../../facts/message-facts.ts';
import { stampOf } from '../../facts/stamp.ts';
import type { Project, Projection, ProjectionContext } from '../projection.ts';
import { channelOf, relatedFacts } from '../related-facts.ts';
import { statusWithoutReport } from './delivery-status.ts';
import { answeredMessageId, isAnswer, splitMetadata, storedContent } from './stored-content.ts';

/**
 * Ranks of content. A redaction carries the same message without the removed text, so it outranks
 * the original, and the original outranks what Sinch's list has of it.
 */
const contentRank = { reconciled: 5, original: 10, redacted: 20 } as const;

/** Projects MESSAGE_INBOUND, and its redaction, which comes with the same message id. */
export const projectInboundMessage: Project<
  'MESSAGE_INBOUND' | 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION'
> = (event, context) => {
  const { trigger, body } = event;
  if (body.id === undefined) return { kind: 'incomplete', missing: 'id' };
  const { at, eventTime, acceptedTime, receipt } = context;
  const isRedaction = trigger !== 'MESSAGE_INBOUND';
  // A redaction without content of its own removes the original's too.
  const content = isRedaction ? (contentAsSent(event) ?? {}) : contentAsSent(event);
  const metadata = isAnswer(content)
    ? // The marker is that of the message which is answered.
      { ...splitMetadata(body.metadata), outboundId: undefined }
    : { channelMetadata: body.metadata };
  const channelMetadata = body.channel_metadata ?? event.channelMetadata;
  const redactedAt = eventTime?.instant ?? acceptedTime?.instant ?? receipt;
  const message = {
    sinchMessageId: body.id,
    appId: event.appId,
    projectId: event.projectId,
    correlationId: event.correlationId,
    conversationId: body.conversation_id,
    contactId: body.contact_id,
    direction: 'TO_APP',
    ...metadata,
    ...(channelMetadata !== undefined && { channelMetadata }),
    conversationMetadata: event.messageMetadata,
    processingMode: body.processing_mode,
    senderId: body.sender_id,
    replyToMessageId: answeredMessageId(content),
    content: contentFact(content, isRedaction ? 'redacted' : 'original', context),
    redactedAt: isRedaction ? redactedAt.iso : undefined,
    happenedAt: (at?.order ?? receipt).iso,
  } as const;
  return messageFacts(message, channelOf(body), context);
};

/**
 * Projects MESSAGE_SUBMIT: Sinch has accepted a message to a contact. It repeats after a channel
 * switch.
 */
export const projectSubmittedMessage: Project<'MESSAGE_SUBMIT'> = (event, context) => {
  const { body } = event;
  const submitted = contentAsSent(event);
  const sinchMessageId = body.message_id ?? shortText(submitted?.['message_id']);
  if (sinchMessageId === undefined) return { kind: 'incomplete', missing: 'message_id' };
  const submittedAt = context.acceptedTime ?? context.eventTime;
  const { message_id: _, ...content } = submitted ?? {};
  const message = {
    sinchMessageId,
    appId: event.appId,
    projectId: event.projectId,
    correlationId: event.correlationId,
    conversationId: body.conversation_id,
    contactId: body.contact_id,
    direction: 'TO_CONTACT',
    ...splitMetadata(body.metadata),
    channelMetadata: body.channel_metadata ?? event.channelMetadata,
    processingMode: body.processing_mode,
    senderId: body.sender_id,
    content: contentFact(
      Object.keys(content).length > 0 ? content : undefined,
      'original',
      context,
    ),
    happenedAt: (submittedAt?.order ?? context.receipt).iso,
    sentAt: submittedAt?.instant?.iso,
  } as const;
  return messageFacts(message, channelOf(body), context);
};

/** Projects SMART_CONVERSATIONS: the result of an analysis of a message. */
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
            stamp: stampOf({ at: at?.order }, key),
          },
        },
      ],
      contacts: namedContact(body.contact_id),
    }),
  };
};

/** Completes the facts of a message with its conversation and its contact. */
function messageFacts(
  known: Parameters<typeof messageFact>[0],
  channel: ReturnType<typeof channelOf>,
  { key, at, isReconciled }: ProjectionContext,
): Projection {
  // Without a time, channel and identity yield to those of any callback.
  const overallStatus = channel && statusWithoutReport(channel, isReconciled ? undefined : at, key);
  const message = messageFact({ ...known, overallStatus });
  const stamp = stampOf({ at: at?.order }, key);
  return {
    kind: 'facts',
    facts: factsOf({ messages: [message], ...relatedFacts(message, channel, stamp) }),
  };
}

function contentFact(
  content: JsonObject | undefined,
  callback: 'original' | 'redacted',
  { key, at, isReconciled }: ProjectionContext,
): MessageFact['content'] {
  if (content === undefined) return undefined;
  const rank = contentRank[isReconciled ? 'reconciled' : callback];
  const stamp = stampOf({ rank, at: at?.order }, key);
  return { ...storedContent(content), stamp };
}
