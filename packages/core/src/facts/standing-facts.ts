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
