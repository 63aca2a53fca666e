import type { KnownTrigger, SinchEventOf } from '@sinch-callbacks/core';

/** An event as a handler receives it. `switch (event.trigger)` narrows its body. */
export type HandlerEvent<T extends KnownTrigger = KnownTrigger> = {
  [K in T]: SinchEventOf<K> & {
    /** The key that queues, logs and commands show for the callback. */
    readonly eventKey: string;
    /** When ingest received it first: ISO 8601, UTC, milliseconds. */
    readonly receivedAt: string;
    /** The body as Sinch sent it, byte by byte. */
    readonly rawBody: Uint8Array;
  };
}[T];
