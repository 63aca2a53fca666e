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

/** Everything one event says, table by table. */
export interface Facts {
  readonly messages: readonly MessageFact[];
  readonly messageStatuses: readonly MessageStatusFact[];
  readonly conversations: readonly ConversationFact[];
  readonly contacts: readonly ContactFact[];
  readonly contactIdentities: readonly ContactIdentityFact[];
  readonly consents: readonly ConsentFact[];
}

/** Facts of an event that concerns only the tables named. */
export function factsOf(some: Partial<Facts>): Facts {
  return {
    messages: [],
    messageStatuses: [],
    conversations: [],
    contacts: [],
    contactIdentities: [],
    consents: [],
    ...some,
  };
}
