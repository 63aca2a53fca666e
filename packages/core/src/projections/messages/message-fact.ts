import type { MessageFact } from '../../facts/message-facts.ts';

type Given = 'sinchMessageId' | 'direction' | 'happenedAt';

/** A message fact of which only some fields are known. */
export function messageFact(
  known: Pick<MessageFact, Given> & Partial<Omit<MessageFact, Given>>,
): MessageFact {
  return { ...nothingKnown, ...known };
}

const nothingKnown: Omit<MessageFact, Given> = {
  appId: undefined,
  projectId: undefined,
  conversationId: undefined,
  contactId: undefined,
  content: undefined,
  redactedAt: undefined,
  metadata: undefined,
  channelMetadata: undefined,
  conversationMetadata: undefined,
  batchId: undefined,
  correlationId: undefined,
  processingMode: undefined,
  senderId: undefined,
  replyToMessageId: undefined,
  standing: undefined,
  sentAt: undefined,
  deliveredAt: undefined,
  readAt: undefined,
  failedAt: undefined,
};
