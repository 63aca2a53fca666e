import type { Stamped } from './stamp.ts';

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
  /** The time of the deletion; the least wins. Sinch never reuses an id. */
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

/**
 * The content of one OPT_IN or OPT_OUT. The row with the least (receipt, digest) wins as a whole.
 */
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
  /** Absent where the event changes nothing. */
  readonly effect: 'IN' | 'OUT' | undefined;
  readonly requestId: string | undefined;
  /** The time as Sinch wrote it, readable or not. */
  readonly timeText: string | undefined;
  readonly happenedAt: string | undefined;
  readonly orderAt: string;
  /**
   * The reference time of an opt-out that carries no time at all, absent for all others. Sinch may
   * send such an opt-out again with the same bytes or key. The greatest value therefore wins, even
   * where the row is otherwise unchanged. A duplicate counts only if both nonces are present and
   * differ.
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
