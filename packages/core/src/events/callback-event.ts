import type { EventKey } from './event-key.ts';
import type { RawBody } from './raw-body.ts';
import type { Trigger } from './triggers.ts';

/** What the signature told about a callback. Kept with the event, never judged again. */
export interface SignatureFacts {
  /** Unix seconds that Sinch signed. */
  readonly timestampSeconds: number;
  readonly nonce: string;
  /** Which configured secret matched, counted from 0. */
  readonly secretPosition: number;
  /** The timestamp was older than the tolerance when the callback came. */
  readonly isStale: boolean;
  /** The timestamp was further ahead of our clock than the tolerance. Absent where it was not. */
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
