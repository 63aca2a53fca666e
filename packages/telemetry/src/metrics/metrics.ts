/** What the worker counts. Labels come from small closed sets: no id, nothing of a body. */
export interface Metrics {
  /** An event came to its end: in the database, or a dead letter. */
  eventEnded(signature: SignatureSeen): void;
  eventApplied(labels: { readonly trigger: string; readonly result: string }): void;
  attemptFailed(labels: { readonly errorClass: string }): void;
  deadLettered(labels: { readonly cause: string }): void;
  /** A time of an event could not be read, so the event orders as of its receipt. */
  unreadableTime(labels: { readonly field: string }): void;
  queueMemory(memory: QueueMemory): void;
  /** How many weeks to come have their partition of events. */
  partitionsAhead(weeks: number): void;
}

/** How much memory the queue's Redis has taken. */
export interface QueueMemory {
  readonly usedBytes: number;
  /** `maxmemory`, or what the machine has where none is set. */
  readonly limitBytes: number;
}

/** What an event's signature told, where it is known: a replayed event has none. */
export interface SignatureSeen {
  /** Which configured secret signed it, counted from 0. */
  readonly secretPosition?: number | undefined;
  readonly stale?: boolean | undefined;
  /** Its timestamp was further ahead of ingest's clock than the tolerance. */
  readonly future?: boolean | undefined;
  /** When the callback came, ISO 8601. */
  readonly receivedAt?: string | undefined;
}

/** The metrics as a scraper reads them. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}
