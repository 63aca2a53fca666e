import type { Stamped } from './stamp.ts';

export interface MessageFact {
  readonly sinchMessageId: string;
  readonly appId: string | undefined;
  readonly projectId: string | undefined;
  readonly conversationId: string | undefined;
  readonly contactId: string | undefined;
  readonly direction: 'TO_APP' | 'TO_CONTACT' | undefined;
  readonly content: Stamped<StoredContent> | undefined;
  /** The least wins. */
  readonly redactedAt: string | undefined;
  /** The outbound row that it was sent from: a UUID, by our marker in its metadata. */
  readonly outboundId: string | undefined;
  /** The sender's own metadata, without our marker and what a batch added. Not bounded. */
  readonly metadata: string | undefined;
  /** A text; JSON where the channel wrote JSON. Not bounded. */
  readonly channelMetadata: string | undefined;
  readonly conversationMetadata: string | undefined;
  readonly batchId: string | undefined;
  readonly correlationId: string | undefined;
  readonly processingMode: string | undefined;
  readonly senderId: string | undefined;
  readonly replyToMessageId: string | undefined;
  /**
   * A candidate: exact while the message's reports name one channel and none of them is
   * SWITCHING_CHANNEL. In all other cases the message's channels decide.
   */
  readonly overallStatus: Stamped<OverallStatus> | undefined;
  /** The least wins. Always present: the receipt stands in where Sinch gives no time. */
  readonly happenedAt: string;
  /** The least wins. */
  readonly sentAt: string | undefined;
  /** The least wins. */
  readonly deliveredAt: string | undefined;
  /** The least wins. */
  readonly readAt: string | undefined;
  /** The least wins. */
  readonly failedAt: string | undefined;
}

/** The content of a message as a row holds it. */
export interface StoredContent {
  readonly json: string;
  /** The name of the member that holds the message, such as `text_message`. */
  readonly kind: string | undefined;
  /** The text, caption or title of the message. Not bounded. */
  readonly text: string | undefined;
}

/** One delivery report: a line of a message's history. */
export interface MessageStatusFact extends ReasonFields, IdentityFields {
  readonly sinchMessageId: string;
  readonly status: string;
  readonly channel: string | undefined;
  readonly eventTime: string | undefined;
  /** The rank within a channel. */
  readonly rank: number;
}

/** The delivery status of a message on one channel: after a switch there are several. */
export interface MessageChannelFact {
  readonly sinchMessageId: string;
  /** '' for a report that names none. */
  readonly channel: string;
  readonly status: Stamped<ChannelStatus>;
}

/** The result of an analysis of a message. */
export interface MessageAnalysisFact {
  readonly sinchMessageId: string;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly results: Stamped<{ readonly json: string }>;
}

export interface ConversationFact {
  readonly sinchConversationId: string;
  readonly appId: string | undefined;
  readonly contactId: string | undefined;
  /** True wins, as for the other flags. */
  readonly started: boolean;
  /** Order time; the greatest wins. */
  readonly startedAt: string | undefined;
  /** Order time; the greatest wins. */
  readonly stoppedAt: string | undefined;
  readonly stoppedWithoutTime: boolean;
  readonly deleted: boolean;
  readonly channel: Stamped<{ readonly channel: string }> | undefined;
  readonly details:
    | Stamped<{
        readonly metadata: string | undefined;
        readonly metadataJson: string | undefined;
        readonly correlationId: string | undefined;
      }>
    | undefined;
}

/** The reason of a failure, as Sinch reports it. */
export interface ReasonFields {
  readonly reasonCode: string | undefined;
  readonly reasonDescription: string | undefined;
  readonly reasonSubCode: string | undefined;
  /** The channel's own code. */
  readonly reasonChannelCode: string | undefined;
}

/** The identity that a report is about. */
export interface IdentityFields {
  readonly identity: string | undefined;
  readonly channelIdentity: string | undefined;
}

/**
 * The delivery status of a message (or an event to a contact) in one report. `statusRank`, like the
 * stamp's first byte, is the rank *between* channels. A submitted or inbound message has no status
 * and rank 0: it gives channel and identity while there is no report.
 */
export interface OverallStatus extends ReasonFields, IdentityFields {
  readonly status: string | undefined;
  readonly statusRank: number;
  readonly statusAt: string | undefined;
  readonly channel: string | undefined;
}

/**
 * The delivery status on one channel. `statusRank`, like the stamp's first byte, is the rank
 * *within* a channel. The reason is that of this report, and present only for FAILED,
 * SWITCHING_CHANNEL and unknown statuses, so that it can be shown as it is.
 */
export interface ChannelStatus extends ReasonFields, IdentityFields {
  readonly status: string;
  readonly statusRank: number;
  readonly statusAt: string | undefined;
}

type Given = 'sinchMessageId' | 'direction' | 'happenedAt';

/** Completes a message fact of which only some fields are known. */
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
  outboundId: undefined,
  metadata: undefined,
  channelMetadata: undefined,
  conversationMetadata: undefined,
  batchId: undefined,
  correlationId: undefined,
  processingMode: undefined,
  senderId: undefined,
  replyToMessageId: undefined,
  overallStatus: undefined,
  sentAt: undefined,
  deliveredAt: undefined,
  readAt: undefined,
  failedAt: undefined,
};
