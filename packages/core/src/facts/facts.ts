import type {
  CapabilityFact,
  ConsentEventFact,
  ContactDuplicateFact,
  ContactFact,
  ContactIdentityFact,
  ContactMergeFact,
} from './contact-facts.ts';
import type {
  BatchFact,
  ChannelEventFact,
  EventDeliveryChannelFact,
  EventDeliveryFact,
  InboundEventFact,
  ReactionFact,
  RecordFact,
  UnsupportedFact,
} from './event-facts.ts';
import type {
  ConversationFact,
  MessageAnalysisFact,
  MessageChannelFact,
  MessageFact,
  MessageStatusFact,
} from './message-facts.ts';

/**
 * The statements of one event about the rows it concerns, table by table. No fact determines a row:
 * the writer merges rows from facts. A stamped group follows the greatest stamp; a plain field
 * keeps the greatest value that is present, or the least where a field is so documented. Absent is
 * `undefined`.
 *
 * Times are ISO 8601, UTC, with 6 fractional digits. Ids, channels, identities and statuses are
 * bounded (`boundedText`); `identity` is normalised and `channelIdentity` is as sent. The receipt
 * and the digest of the event are not repeated here: they belong to all its facts.
 */
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

/** One shared list: most events concern few tables, and there are many events. */
const none: readonly never[] = [];

/** Completes the facts of an event that concerns only the tables named. */
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

/**
 * Makes the fact of a contact that is only named: its row exists from then on, with nothing else
 * known.
 */
export function namedContact(sinchContactId: string | undefined): readonly ContactFact[] {
  if (sinchContactId === undefined) return [];
  return [{ sinchContactId, profile: undefined, deletedAt: undefined }];
}
