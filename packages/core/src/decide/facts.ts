import type { Stamped } from './stamp.ts';

/**
 * The statements of one event about the rows it concerns. A fact never says what a row becomes:
 * the writer joins rows from facts, stamped groups by the greatest stamp, plain fields by the
 * greatest value that is present (or the least, where a field says so). Absent is `undefined`.
 *
 * Times are ISO 8601, UTC, with 6 fractional digits. Ids, channels, identities and statuses are
 * bounded (`boundedText`); `identity` is normalised and `channelIdentity` is as sent.
 * The receipt and the digest of the event are not repeated here: they belong to all its facts.
 */
export interface MessageFact {
  readonly sinchMessageId: string;
  readonly appId: string | undefined;
  readonly projectId: string | undefined;
  readonly conversationId: string | undefined;
  readonly contactId: string | undefined;
  readonly direction: 'TO_APP' | 'TO_CONTACT' | undefined;
  readonly content: Stamped<MessageContent> | undefined;
  /** The least wins. */
  readonly redactedAt: string | undefined;
  /** The sender's own, without what a batch added. Not bounded. */
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
  readonly standing: Stamped<MessageStanding> | undefined;
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

export interface MessageContent {
  readonly json: string;
  /** The name of the member that holds the message, such as `text_message`. */
  readonly kind: string | undefined;
  /** Its text, caption or title. Not bounded. */
  readonly text: string | undefined;
}

/** Why something failed, in Sinch's words. */
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
 * How far a message (or an event to a contact) is, as one report says. `statusRank`, like the
 * stamp's first byte, is the rank *between* channels. A submit or an inbound message has no
 * status and rank 0: it gives channel and identity while there is no report.
 */
export interface MessageStanding extends ReasonFields, IdentityFields {
  readonly status: string | undefined;
  readonly statusRank: number;
  readonly statusAt: string | undefined;
  readonly channel: string | undefined;
}

/**
 * How far it is on one channel. `statusRank`, like the stamp's first byte, is the rank *within*
 * a channel. The reason is that of this report, and present only for FAILED, SWITCHING_CHANNEL
 * and unknown statuses, so that it can be shown as it is.
 */
export interface ChannelStatus extends ReasonFields, IdentityFields {
  readonly status: string;
  readonly statusRank: number;
  readonly statusAt: string | undefined;
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

/** How far a message is on one channel: after a switch there are several. */
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

export interface ContactFact {
  readonly sinchContactId: string;
  readonly profile:
    | Stamped<{
        readonly displayName: string | undefined;
        readonly email: string | undefined;
        readonly externalId: string | undefined;
        readonly metadata: string | undefined;
        readonly language: string | undefined;
        readonly channelPriority: readonly string[];
      }>
    | undefined;
  /** The contact no longer exists; the least wins. Sinch never reuses an id. */
  readonly deletedAt: string | undefined;
}

/** A merge that Sinch reported. The two are distinct. */
export interface ContactMergeFact {
  readonly deletedContactId: string;
  readonly preservedContactId: string;
}

export interface ContactIdentityFact {
  readonly sinchContactId: string;
  readonly channel: string;
  readonly identity: string;
  /** '' where the identity is the same for all apps. */
  readonly appId: string;
  readonly channelIdentity: string;
  /** The stamp of the profile that lists it; absent when a message or a consent named it. */
  readonly listedStamp: string | undefined;
}

/** Contacts that share an identity on a channel, for one of them. */
export interface ContactDuplicateFact {
  readonly sinchContactId: string;
  readonly channel: string;
  readonly others: Stamped<{
    readonly contactIds: readonly string[];
    readonly at: string | undefined;
  }>;
}

/** What one OPT_IN or OPT_OUT says. The row with the least (receipt, digest) wins as a whole. */
export interface ConsentEventFact {
  /** 32 hexadecimal digits. The same for a copy in another serialisation. */
  readonly consentKey: string;
  /** '' where Sinch names none. */
  readonly appId: string;
  readonly contactId: string | undefined;
  readonly channel: string;
  readonly identity: string | undefined;
  readonly channelIdentity: string | undefined;
  readonly kind: 'OPT_IN' | 'OPT_OUT';
  readonly status: string | undefined;
  /** Absent: it changes nothing. */
  readonly effect: 'IN' | 'OUT' | undefined;
  readonly requestId: string | undefined;
  /** As Sinch wrote it, readable or not. */
  readonly timeText: string | undefined;
  readonly happenedAt: string | undefined;
  readonly orderAt: string;
  /**
   * The reference time of an opt-out that carries no time at all, absent for all others. Such a
   * word may be said again in the same bytes or with the same key, so the greatest wins, also
   * over a row that is otherwise kept. An absorbed copy counts only if both nonces are present
   * and differ.
   */
  readonly repeatedAt: string | undefined;
  readonly nonce: string | undefined;
}

/** The capabilities of a channel for an identity. */
export interface CapabilityFact {
  readonly appId: string;
  readonly contactId: string;
  readonly channel: string;
  readonly identity: string;
  readonly capability: Stamped<{
    readonly channelIdentity: string | undefined;
    readonly status: string;
    readonly channelCapabilities: readonly string[];
    readonly reasonCode: string | undefined;
    readonly at: string | undefined;
  }>;
}

/** An action of a contact other than writing. */
export interface InboundEventFact {
  /** Sinch's id, or the event's digest where Sinch gives none. */
  readonly id: string;
  readonly appId: string | undefined;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly processingMode: string | undefined;
  readonly event: Stamped<
    IdentityFields & {
      /** Such as `composing_event`. */
      readonly kind: string;
      readonly json: string;
      readonly channel: string | undefined;
      readonly at: string | undefined;
    }
  >;
}

/** A contact's reaction to a message: an inbound event with an id of the same kind. */
export interface ReactionFact extends IdentityFields {
  readonly id: string;
  readonly appId: string | undefined;
  readonly sinchMessageId: string | undefined;
  readonly emoji: string | undefined;
  readonly action: string | undefined;
  readonly category: string | undefined;
  readonly contactId: string | undefined;
  readonly channel: string | undefined;
  /** The least wins. */
  readonly happenedAt: string;
}

/** What a channel sent and Sinch has no shape for. */
export interface UnsupportedFact extends IdentityFields {
  /** Sinch's id, or the event's digest where Sinch gives none. */
  readonly id: string;
  readonly appId: string | undefined;
  readonly channel: string | undefined;
  readonly payload: string | undefined;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  /** The least wins. */
  readonly happenedAt: string;
}

/** How far an event to a contact is. `standing` is a candidate, as for a message. */
export interface EventDeliveryFact {
  readonly sinchEventId: string;
  readonly appId: string | undefined;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly metadata: string | undefined;
  readonly processingMode: string | undefined;
  readonly standing: Stamped<MessageStanding>;
}

/** The same on one channel. */
export interface EventDeliveryChannelFact {
  readonly sinchEventId: string;
  /** '' for a report that names none. */
  readonly channel: string;
  readonly status: Stamped<ChannelStatus>;
}

/** A notice about a channel itself. All fields follow from the digest of its content. */
export interface ChannelEventFact {
  /** 32 hexadecimal digits. The same for a copy in another serialisation. */
  readonly contentDigest: string;
  readonly appId: string | undefined;
  readonly channel: string | undefined;
  readonly eventType: string | undefined;
  readonly additionalDataJson: string | undefined;
  readonly at: string | undefined;
}

/** The state of a recording: the highest rank wins, then the latest. */
export interface RecordFact {
  readonly entityId: string;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly record: Stamped<{
    readonly status: string;
    readonly channel: string | undefined;
    readonly reasonCode: string | undefined;
    readonly at: string | undefined;
  }>;
}

/** The state of a batch: the highest rank wins, then the latest. */
export interface BatchFact {
  readonly batchId: string;
  readonly appId: string | undefined;
  readonly batch: Stamped<{
    readonly status: string;
    readonly type: string | undefined;
    readonly additionalDataJson: string | undefined;
    readonly at: string | undefined;
  }>;
}

/** All statements of one event, table by table. */
export interface Facts {
  readonly messages: readonly MessageFact[];
  readonly messageStatuses: readonly MessageStatusFact[];
  readonly messageChannels: readonly MessageChannelFact[];
  readonly messageAnalyses: readonly MessageAnalysisFact[];
  readonly conversations: readonly ConversationFact[];
  readonly contacts: readonly ContactFact[];
  readonly contactMerges: readonly ContactMergeFact[];
  readonly contactIdentities: readonly ContactIdentityFact[];
  readonly contactDuplicates: readonly ContactDuplicateFact[];
  readonly consentEvents: readonly ConsentEventFact[];
  readonly capabilities: readonly CapabilityFact[];
  readonly inboundEvents: readonly InboundEventFact[];
  readonly reactions: readonly ReactionFact[];
  readonly unsupported: readonly UnsupportedFact[];
  readonly eventDeliveries: readonly EventDeliveryFact[];
  readonly eventDeliveryChannels: readonly EventDeliveryChannelFact[];
  readonly channelEvents: readonly ChannelEventFact[];
  readonly records: readonly RecordFact[];
  readonly batches: readonly BatchFact[];
}

/** One for all: most events concern few tables, and there are many events. */
const none: readonly never[] = [];

/** Facts of an event that concerns only the tables named. */
export function factsOf(some: Partial<Facts>): Facts {
  return {
    messages: none,
    messageStatuses: none,
    messageChannels: none,
    messageAnalyses: none,
    conversations: none,
    contacts: none,
    contactMerges: none,
    contactIdentities: none,
    contactDuplicates: none,
    consentEvents: none,
    capabilities: none,
    inboundEvents: none,
    reactions: none,
    unsupported: none,
    eventDeliveries: none,
    eventDeliveryChannels: none,
    channelEvents: none,
    records: none,
    batches: none,
    ...some,
  };
}

/** A contact that is only named: its row exists from then on, with nothing known about it. */
export function namedContact(sinchContactId: string | undefined): readonly ContactFact[] {
  if (sinchContactId === undefined) return [];
  return [{ sinchContactId, profile: undefined, deletedAt: undefined }];
}
