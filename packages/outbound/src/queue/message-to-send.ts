import type { AppMessage, ChannelRecipient, SendRequest } from '@sinch-callbacks/sinch-api';

/** A message that is to be sent once. */
export interface MessageToSend {
  /**
   * The caller's name for this message, such as `order-7.shipped`: at most 200 characters, and one
   * of its app. The same key with the same content is the same message, however often it is given.
   */
  readonly key: string;
  /** The app that sends it. */
  readonly appId: string;
  readonly to: RecipientToSend;
  /** A text, or one of Sinch's kinds of message. */
  readonly message: string | AppMessage;
  /** Other members of Sinch's request. */
  readonly settings?: SendSettings | undefined;
  /** Sends it although its recipient has opted out, for example to confirm the opt-out. */
  readonly allowOptedOut?: boolean | undefined;
  /**
   * How long it may wait for its request, from now: past that it is REFUSED as `expired`. Without
   * it, it waits for as long as an outage lasts, since only the caller knows when it is too late.
   * What happens after the request is Sinch's: see `ttl` of the settings. A key that is given again
   * keeps its first limit.
   */
  readonly sendWithinMs?: number | undefined;
  /**
   * The way with a request of which it is not known whether it was carried out. `hold`, the
   * default: a person decides. `resend`: it is sent again after a minute, and once more, so that it
   * may be at the phone three times.
   */
  readonly onUncertain?: 'hold' | 'resend' | undefined;
}

/**
 * A contact, an identity on a channel, or several of one person. `SMS:+15551234567` is short for an
 * identity.
 */
export type RecipientToSend =
  | `${string}:${string}`
  | ChannelRecipient
  | readonly ChannelRecipient[]
  | { readonly contactId: string };

/**
 * Sinch's names. `message_metadata` is at most 984 characters, since our marker goes before it.
 */
export type SendSettings = Omit<SendRequest, 'app_id' | 'recipient' | 'message'>;
