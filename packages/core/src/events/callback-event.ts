import type { EventKey } from './event-key.ts';
import type { RawBody } from './raw-body.ts';
import type { Trigger } from './triggers.ts';

/**
 * Facts from the verified signature of a callback. They are stored with the event and not checked
 * again.
 */
export interface SignatureFacts {
  /** Unix seconds that Sinch signed. */
  readonly timestampSeconds: number;
  readonly nonce: string;
  /** Index of the configured secret that matched, from 0. */
  readonly secretPosition: number;
  /** True where the timestamp was older than the tolerance at receipt. */
  readonly isStale: boolean;
  /**
   * True where the timestamp was further ahead of our clock than the tolerance; absent otherwise.
   */
  readonly isFuture?: true | undefined;
}

/** A verified callback. */
export interface CallbackEvent {
  readonly key: EventKey;
  readonly trigger: Trigger;
  readonly entityId: string | undefined;
  readonly rawBody: RawBody;
  /** ISO 8601, UTC, milliseconds. */
  readonly receivedAt: string;
  /** Absent when the event comes back from the database, which keeps only the timestamp. */
  readonly signature: SignatureFacts | undefined;
  /** The verified timestamp, in Unix seconds, where `signature` is absent. */
  readonly signedAtSeconds?: number | undefined;
}
