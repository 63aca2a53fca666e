/** A message to send. Lengths are in characters, and Sinch checks them. */
export interface SendRequest {
  readonly app_id: string;
  readonly recipient: Recipient;
  readonly message: AppMessage;
  /** Receives the reports of this message in place of the webhooks. */
  readonly callback_url?: string;
  /** The channels to try, in order. */
  readonly channel_priority_order?: string[];
  /** For example `SMS_SENDER`. At most 1,024 characters each. */
  readonly channel_properties?: Readonly<Record<string, string>>;
  /** Comes back in each report of this message, in every mode. At most 1,024 characters. */
  readonly message_metadata?: string;
  /** Comes back with later messages of the recipient. At most 2,048 characters. */
  readonly conversation_metadata?: object;
  readonly conversation_metadata_update_strategy?: 'REPLACE' | 'MERGE_PATCH';
  /**
   * Comes back in callbacks, but always as the last one of the conversation: it identifies no
   * message. At most 128 characters.
   */
  readonly correlation_id?: string;
  readonly queue?: 'NORMAL_PRIORITY' | 'HIGH_PRIORITY';
  /** 3 s or more. An expired message is not tried on another channel. */
  readonly ttl?: `${number}s`;
  readonly processing_strategy?: 'DEFAULT' | 'DISPATCH_ONLY';
  /** For Sinch's own management of consents. */
  readonly message_content_type?: 'CONTENT_UNKNOWN' | 'CONTENT_MARKETING' | 'CONTENT_NOTIFICATION';
}

/** A contact, or identities on channels. */
export type Recipient =
  | { readonly contact_id: string; readonly identified_by?: never }
  | {
      readonly identified_by: { readonly channel_identities: ChannelRecipient[] };
      readonly contact_id?: never;
    };

export interface ChannelRecipient {
  readonly channel: string;
  readonly identity: string;
}

/** The parts of a message, of which it has one, and their contents. */
interface MessageParts {
  readonly text_message: { readonly text: string };
  readonly card_message: object;
  readonly carousel_message: object;
  readonly choice_message: object;
  readonly list_message: object;
  readonly location_message: object;
  readonly media_message: object;
  readonly template_message: object;
  readonly contact_info_message: object;
}

/** One part, and what replaces it on single channels. Sinch's pages describe the objects. */
export type AppMessage = OneOf<MessageParts> & {
  readonly explicit_channel_message?: Readonly<Record<string, string>>;
  readonly explicit_channel_omni_message?: object;
  readonly channel_specific_message?: object;
  readonly agent?: object | null;
};

/** Exactly one member of an object. */
type OneOf<Members> = {
  [Name in keyof Members]: Readonly<Pick<Members, Name>> & {
    readonly [Other in Exclude<keyof Members, Name>]?: never;
  };
}[keyof Members];

/** The answer to a message that Sinch has accepted. Reports say whether it arrives. */
export interface SendResult {
  readonly message_id: string;
  readonly accepted_time?: string;
}
