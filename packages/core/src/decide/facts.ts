import type { Stamped } from './stamp.ts';

/**
 * What one event says about the rows it concerns. A fact never says what a row becomes: rows
 * are joined from facts by the writer, stamped groups by the greatest stamp, plain fields by
 * the greatest value that is present. Absent is `undefined`.
 */
export interface MessageFact {
  readonly sinchMessageId: string;
  readonly appId: string | undefined;
  readonly conversationId: string | undefined;
  readonly contactId: string | undefined;
  readonly direction: 'TO_APP' | 'TO_CONTACT' | undefined;
  readonly metadata: string | undefined;
  readonly correlationId: string | undefined;
  readonly processingMode: string | undefined;
  readonly status: Stamped<{ status: string; rank: number; at: string | undefined }> | undefined;
  readonly channel: Stamped<{ channel: string; identity: string | undefined }> | undefined;
  readonly content: Stamped<{ json: string }> | undefined;
  readonly reason:
    | Stamped<{ code: string | undefined; description: string | undefined }>
    | undefined;
}

/** One delivery report, kept for good: a line of a message's history. */
export interface MessageStatusFact {
  readonly sinchMessageId: string;
  readonly status: string;
  readonly channel: string | undefined;
  readonly eventTime: string | undefined;
  readonly reasonCode: string | undefined;
  readonly reasonDescription: string | undefined;
}

/** How far a message has come on one channel: after a switch there are several. */
export interface MessageChannelFact {
  readonly sinchMessageId: string;
  readonly channel: string;
  readonly identity: string | undefined;
  readonly status: Stamped<{ status: string; rank: number; at: string | undefined }>;
  readonly reason:
    | Stamped<{ code: string | undefined; description: string | undefined }>
    | undefined;
}

/** What an analysis made of a message. */
export interface MessageAnalysisFact {
  readonly sinchMessageId: string;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly results: Stamped<{ json: string }>;
}

export interface ConversationFact {
  readonly sinchConversationId: string;
  readonly appId: string | undefined;
  readonly contactId: string | undefined;
  readonly state: Stamped<{ state: 'ACTIVE' | 'STOPPED' | 'DELETED' }> | undefined;
  readonly channel: Stamped<{ channel: string }> | undefined;
  readonly details:
    | Stamped<{
        metadata: string | undefined;
        metadataJson: string | undefined;
        correlationId: string | undefined;
      }>
    | undefined;
}

export interface ContactFact {
  readonly sinchContactId: string;
  readonly profile:
    | Stamped<{
        displayName: string | undefined;
        email: string | undefined;
        externalId: string | undefined;
        metadata: string | undefined;
        language: string | undefined;
        channelPriority: readonly string[];
      }>
    | undefined;
  /** The contact is gone. Sinch never uses an id again, so this is never undone. */
  readonly deletedAt: string | undefined;
  /** The contact that lives on in its place. */
  readonly mergedIntoContactId: string | undefined;
}

export interface ContactIdentityFact {
  readonly sinchContactId: string;
  readonly channel: string;
  readonly identity: string;
  readonly appId: string;
  /** The stamp of the contact profile that lists it; absent when a message merely came from it. */
  readonly listedStamp: string | undefined;
}

export interface ConsentFact {
  readonly appId: string;
  /** Empty in DISPATCH mode. */
  readonly contactId: string;
  readonly channel: string;
  readonly identity: string;
  readonly consent: Stamped<{ state: 'OPTED_IN' | 'OPTED_OUT'; at: string | undefined }>;
}

/** What a channel can do for an identity. */
export interface CapabilityFact {
  readonly appId: string;
  readonly contactId: string;
  readonly channel: string;
  readonly identity: string;
  readonly capability: Stamped<{
    status: string;
    channelCapabilities: readonly string[];
    reasonCode: string | undefined;
    at: string | undefined;
  }>;
}

/** Contacts that share an identity on a channel, as one of them sees it. */
export interface ContactDuplicateFact {
  readonly sinchContactId: string;
  readonly channel: string;
  readonly others: Stamped<{ contactIds: readonly string[]; at: string | undefined }>;
}

/** Something a contact did other than writing. */
export interface InboundEventFact {
  /** Sinch's id, or the event key where Sinch gives none. */
  readonly id: string;
  readonly appId: string | undefined;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly processingMode: string | undefined;
  readonly event: Stamped<{
    /** Such as `composing_event`. */
    kind: string;
    json: string;
    channel: string | undefined;
    identity: string | undefined;
    at: string | undefined;
  }>;
}

/** How far an event to a contact has come. */
export interface EventDeliveryFact {
  readonly sinchEventId: string;
  readonly appId: string | undefined;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly channel: string | undefined;
  readonly identity: string | undefined;
  readonly metadata: string | undefined;
  readonly status: Stamped<{ status: string; rank: number; at: string | undefined }>;
  readonly reason:
    | Stamped<{ code: string | undefined; description: string | undefined }>
    | undefined;
}

/** News of a channel itself. */
export interface ChannelEventFact {
  readonly appId: string | undefined;
  readonly event: Stamped<{
    channel: string | undefined;
    eventType: string | undefined;
    additionalDataJson: string | undefined;
    at: string | undefined;
  }>;
}

/** How a recording, or a batch, stands: the latest state wins. */
export interface RecordFact {
  readonly entityId: string;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly record: Stamped<{
    status: string;
    channel: string | undefined;
    reasonCode: string | undefined;
    at: string | undefined;
  }>;
}

export interface BatchFact {
  readonly batchId: string;
  readonly appId: string | undefined;
  readonly batch: Stamped<{
    status: string;
    type: string | undefined;
    additionalDataJson: string | undefined;
    at: string | undefined;
  }>;
}

/** Everything one event says, table by table. */
export interface Facts {
  readonly messages: readonly MessageFact[];
  readonly messageStatuses: readonly MessageStatusFact[];
  readonly messageChannels: readonly MessageChannelFact[];
  readonly messageAnalyses: readonly MessageAnalysisFact[];
  readonly conversations: readonly ConversationFact[];
  readonly contacts: readonly ContactFact[];
  readonly contactIdentities: readonly ContactIdentityFact[];
  readonly contactDuplicates: readonly ContactDuplicateFact[];
  readonly consents: readonly ConsentFact[];
  readonly capabilities: readonly CapabilityFact[];
  readonly inboundEvents: readonly InboundEventFact[];
  readonly eventDeliveries: readonly EventDeliveryFact[];
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
    contactIdentities: none,
    contactDuplicates: none,
    consents: none,
    capabilities: none,
    inboundEvents: none,
    eventDeliveries: none,
    channelEvents: none,
    records: none,
    batches: none,
    ...some,
  };
}

/** A contact that is only named: its row is there from then on, with nothing known of it. */
export function namedContact(sinchContactId: string | undefined): readonly ContactFact[] {
  if (sinchContactId === undefined) return [];
  return [
    { sinchContactId, profile: undefined, deletedAt: undefined, mergedIntoContactId: undefined },
  ];
}
