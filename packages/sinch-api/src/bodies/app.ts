import type { SecretText } from './webhook.ts';

/**
 * An app as Sinch returns it. Members that are not listed are there too, among them the credentials
 * of its channels: never log an app.
 */
export interface App {
  readonly id: string;
  readonly display_name?: string;
  /** `CONVERSATION` or `DISPATCH`. Apps made since 16 April 2025 are `DISPATCH`. */
  readonly processing_mode?: string;
  /** How long messages of the mode `CONVERSATION` are kept. */
  readonly retention_policy?: RetentionPolicy;
  /** How long messages of the mode `DISPATCH` are kept: 0 to 7 days. 0 keeps none, and is usual. */
  readonly dispatch_retention_policy?: RetentionPolicy;
  /** With it, the list of messages has their status. */
  readonly persist_message_status?: { readonly enabled?: boolean };
  readonly callback_settings?: {
    /** Signs the reports of messages that were sent with a `callback_url`. */
    readonly secret_for_overridden_callback_urls?: SecretText;
  };
  /** Messages and callbacks a second. */
  readonly rate_limits?: {
    readonly inbound?: number;
    readonly outbound?: number;
    readonly webhooks?: number;
  };
  /** Messages that wait to be sent. A full queue answers 429. */
  readonly queue_stats?: { readonly outbound_size?: number; readonly outbound_limit?: number };
}

export interface RetentionPolicy {
  readonly retention_type?: string;
  readonly ttl_days?: number;
}
