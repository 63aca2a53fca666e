import type { ChannelStatus, IdentityFields, OverallStatus } from './message-facts.ts';
import type { Stamped } from './stamp.ts';

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
      /** The kind of event, such as `composing_event`. */
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

/** Data from a channel that Sinch has no shape for. */
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

/**
 * The delivery status of an event to a contact. `overallStatus` is a candidate, as for a message.
 */
export interface EventDeliveryFact {
  readonly sinchEventId: string;
  readonly appId: string | undefined;
  readonly contactId: string | undefined;
  readonly conversationId: string | undefined;
  readonly metadata: string | undefined;
  readonly processingMode: string | undefined;
  readonly overallStatus: Stamped<OverallStatus>;
}

/** The delivery status of an event on one channel. */
export interface EventDeliveryChannelFact {
  readonly sinchEventId: string;
  /** '' for a report that names none. */
  readonly channel: string;
  readonly status: Stamped<ChannelStatus>;
}

/** A change of a channel itself. All fields follow from the digest of its content. */
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
