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
  /** Keeps a message, and forgets the oldest ones of too many. */
  add(message: StoredMessage): void;
  /**
   * Removes the messages that are chosen, and returns their number. The others keep their places.
   */
  remove(isChosen: (message: StoredMessage) => boolean): number;
  /** Lists kept messages, the newest first, each with its position. */
  newestFirst(before: number): Iterable<readonly [number, StoredMessage]>;
}

/**
 * The newest messages of one app, so that the local API can run for days. Sinch has no such limit.
 */
const maxMessages = 100_000;

/** @param most the messages that are kept at least; up to a tenth more are. */
export function createMessageStore(most = maxMessages): MessageStore {
  const kept: (StoredMessage | undefined)[] = [];
  /** The position of the first one that is kept. A message keeps its position. */
  let first = 0;
  return {
    add(message) {
      kept.push(message);
      if (kept.length <= most * 1.1) return;
      first += kept.length - most;
      kept.splice(0, kept.length - most);
    },
    remove(isChosen) {
      let removed = 0;
      for (const [index, message] of kept.entries()) {
        if (message === undefined || !isChosen(message)) continue;
        kept[index] = undefined;
        removed += 1;
      }
      return removed;
    },
    *newestFirst(before) {
      const end = Math.min(before, first + kept.length);
      for (let position = end - 1; position >= first; position -= 1) {
        const message = kept[position - first];
        if (message !== undefined) yield [position, message];
      }
    },
  };
}
