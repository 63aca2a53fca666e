import * as z from 'zod';
import { type ConversationFact, type Facts, factsOf, type MessageFact } from './facts.ts';
import { type Channel, channelFields, jsonObject, readChannel, text } from './fields.ts';
import { type Instant, parseInstant } from './instant.ts';
import type { Projection, ProjectionInput } from './projection.ts';
import { stampOf } from './stamp.ts';

const inboundMessage = z.object({
  ...channelFields,
  id: text,
  contact_message: jsonObject,
  conversation_id: text,
  contact_id: text,
  metadata: text,
  accept_time: text,
  processing_mode: text,
});

const submittedMessage = z.object({
  ...channelFields,
  message_id: text,
  submitted_message: jsonObject,
  conversation_id: text,
  contact_id: text,
  metadata: text,
  processing_mode: text,
});

/** A redaction carries the same message without what had to go, so it beats the original. */
const contentRank = { original: 10, redacted: 20 } as const;

/** MESSAGE_INBOUND, and its redaction, which comes with the same message id. */
export function projectInboundMessage(
  input: ProjectionInput,
  kind: keyof typeof contentRank,
): Projection {
  const body = inboundMessage.parse(input.section);
  if (body.id === undefined) return { kind: 'incomplete', missing: 'id' };
  const at = parseInstant(body.accept_time) ?? input.eventTime ?? input.acceptedTime;
  return {
    kind: 'facts',
    facts: messageFacts(input, at, readChannel(body), {
      sinchMessageId: body.id,
      conversationId: body.conversation_id,
      contactId: body.contact_id,
      direction: 'TO_APP',
      metadata: body.metadata,
      processingMode: body.processing_mode,
      content: body.contact_message && {
        json: JSON.stringify(body.contact_message),
        stamp: stampOf(contentRank[kind], at, input.key),
      },
    }),
  };
}

/** MESSAGE_SUBMIT: Sinch has accepted a message to a contact. */
export function projectSubmittedMessage(input: ProjectionInput): Projection {
  const body = submittedMessage.parse(input.section);
  if (body.message_id === undefined) return { kind: 'incomplete', missing: 'message_id' };
  const at = input.eventTime ?? input.acceptedTime;
  return {
    kind: 'facts',
    facts: messageFacts(input, at, readChannel(body), {
      sinchMessageId: body.message_id,
      conversationId: body.conversation_id,
      contactId: body.contact_id,
      direction: 'TO_CONTACT',
      metadata: body.metadata,
      processingMode: body.processing_mode,
      content: body.submitted_message && {
        json: JSON.stringify(body.submitted_message),
        stamp: stampOf(contentRank.original, at, input.key),
      },
    }),
  };
}

type MessageItself = Omit<MessageFact, 'appId' | 'correlationId' | 'channel' | 'status' | 'reason'>;

/** The message, and what it shows of the conversation and the contact that it belongs to. */
function messageFacts(
  input: ProjectionInput,
  at: Instant | undefined,
  channel: Channel | undefined,
  message: MessageItself,
): Facts {
  const stamp = stampOf(0, at, input.key);
  return factsOf({
    messages: [
      {
        ...message,
        appId: input.appId,
        correlationId: input.correlationId,
        status: undefined,
        reason: undefined,
        channel: channel && { channel: channel.channel, identity: channel.identity, stamp },
      },
    ],
    ...surroundingsOf(input, message, channel, stamp),
  });
}

/** The conversation and contact that a message or report names: it may be the first to do so. */
export function surroundingsOf(
  input: ProjectionInput,
  message: Pick<MessageFact, 'conversationId' | 'contactId'>,
  channel: Channel | undefined,
  stamp: string,
): Pick<Facts, 'conversations' | 'contacts' | 'contactIdentities'> {
  const { conversationId, contactId } = message;
  const conversations: ConversationFact[] = [];
  if (conversationId !== undefined) {
    conversations.push({
      sinchConversationId: conversationId,
      appId: input.appId,
      contactId,
      state: undefined,
      channel: channel && { channel: channel.channel, stamp },
      details: undefined,
    });
  }
  if (contactId === undefined) return { conversations, contacts: [], contactIdentities: [] };
  const contact = {
    sinchContactId: contactId,
    profile: undefined,
    deletedAt: undefined,
    mergedIntoContactId: undefined,
  };
  if (channel?.identity === undefined) {
    return { conversations, contacts: [contact], contactIdentities: [] };
  }
  const identity = {
    sinchContactId: contactId,
    channel: channel.channel,
    identity: channel.identity,
    appId: channel.appId ?? '',
    listedStamp: undefined,
  };
  return { conversations, contacts: [contact], contactIdentities: [identity] };
}
