import type { ProcessingMode } from '../../samples/sample-context.ts';
import type { JsonObject } from '../http/json-object.ts';

/** A message that Sinch accepted, in either direction. */
export interface StoredMessage {
  readonly id: string;
  readonly direction: 'TO_APP' | 'TO_CONTACT';
  readonly acceptTime: string;
  readonly acceptedAtMs: number;
  readonly channel: string;
  readonly identity: string;
  readonly contactId: string;
  readonly conversationId: string;
  readonly mode: ProcessingMode;
  /** For a sent message, the send's `message_metadata`. */
  readonly metadata: string;
  /** `app_message` or `contact_message`. */
  readonly content: JsonObject;
  /** The latest report. */
  status: { readonly status: string; readonly event_time: string } | undefined;
}

/** Messages in the order of their acceptance. */
export interface MessageStore {
  /** Counts a message, and keeps it unless the app keeps none. False when there is no room. */
  hasRoom(): boolean;
  add(message: StoredMessage, isKept: boolean): void;
  /** Lists kept messages, the newest first, each with its position. */
  newestFirst(before: number): Iterable<readonly [number, StoredMessage]>;
}

/** Messages of one app in the life of the local API, kept or not. Real Sinch has no such limit. */
const maxMessages = 1_000_000;

export function createMessageStore(): MessageStore {
  const kept: StoredMessage[] = [];
  let accepted = 0;
  return {
    hasRoom: () => accepted < maxMessages,
    add(message, isKept) {
      accepted += 1;
      if (isKept) kept.push(message);
    },
    *newestFirst(before) {
      for (let position = Math.min(before, kept.length) - 1; position >= 0; position -= 1) {
        const message = kept[position];
        if (message !== undefined) yield [position, message];
      }
    },
  };
}
