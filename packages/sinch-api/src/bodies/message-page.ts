/** A filter of messages, and a page of the result. */
export interface MessageQuery {
  /**
   * The store to read, by the app's processing mode. It has no default here: Sinch's own is
   * `CONVERSATION_SOURCE`, with which the list of an app in `DISPATCH` mode is always empty.
   */
  readonly messages_source: 'CONVERSATION_SOURCE' | 'DISPATCH_SOURCE';
  readonly app_id?: string;
  readonly contact_id?: string;
  readonly conversation_id?: string;
  readonly channel_identity?: string;
  readonly channel?: string;
  readonly direction?: 'TO_APP' | 'TO_CONTACT';
  /** Messages accepted after this time. */
  readonly start_time?: Date;
  /** Messages accepted before this time. */
  readonly end_time?: Date;
  readonly view?: 'WITH_METADATA' | 'WITHOUT_METADATA';
  /** Messages that a recipient began; only of `DISPATCH_SOURCE`. */
  readonly only_recipient_originated?: boolean;
  /** 10 where it is absent, and at most 1,000. */
  readonly page_size?: number;
  /** Of the page before. All other members stay as they were. */
  readonly page_token?: string;
}

export interface MessagePage {
  /** Newest first. */
  readonly messages: readonly MessageEntry[];
  /** `undefined` on the last page. */
  readonly nextPageToken: string | undefined;
}

/** A message that Sinch keeps. Members that are not listed are there too. */
export interface MessageEntry {
  readonly id: string;
  readonly direction?: string;
  /** The message as it was sent, for one to a contact. */
  readonly app_message?: object;
  /** The message as it was received, for one to the app. */
  readonly contact_message?: object;
  readonly channel_identity?: {
    readonly channel?: string;
    readonly identity?: string;
    readonly app_id?: string;
  };
  readonly contact_id?: string;
  readonly conversation_id?: string;
  /** Most likely the `message_metadata` of the send; Sinch does not say so. */
  readonly metadata?: string;
  /** When Sinch accepted it, in RFC 3339. */
  readonly accept_time?: string;
  readonly injected?: boolean;
  readonly sender_id?: string;
  readonly processing_mode?: string;
  /** Deprecated by Sinch, and only there with the app's `persist_message_status`. */
  readonly message_status?: {
    readonly status?: string;
    readonly event_time?: string;
    readonly reason?: string;
  } | null;
}
