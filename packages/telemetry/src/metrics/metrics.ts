import type { AnswerLabels } from './answer-counter.ts';

/** What the worker counts and measures. Labels come from small closed sets: no id, nothing of a body. */
export interface Metrics extends EventMetrics, StockMetrics {}

/** What happened, counted. */
export interface EventMetrics {
  /** An event came to its end: in the database, or a dead letter. */
  eventEnded(signature: SignatureSeen): void;
  eventApplied(labels: {
    readonly trigger: string;
    readonly result: string;
    /** When the callback came, ISO 8601. */
    readonly receivedAt?: string | undefined;
  }): void;
  /** A delivery report was applied. */
  messageReported(labels: {
    readonly appId: string | undefined;
    readonly channel: string | undefined;
    readonly status: string;
  }): void;
  /** Events of one transaction. */
  batchWritten(events: number): void;
  attemptFailed(labels: { readonly errorClass: string }): void;
  deadLettered(labels: { readonly cause: string }): void;
  /** A time of an event could not be read, so the event orders as of its receipt. */
  unreadableTime(labels: { readonly field: string }): void;
}

/** How things stand, measured now and then. What cannot be measured is not shown. */
export interface StockMetrics {
  queueMemory(memory: QueueMemory): void;
  /** Settings of Redis without which it can lose what it holds; `undefined` where it does not tell. */
  redisDurability(settings: RedisDurability): void;
  /** How many weeks to come have their partition of events. */
  partitionsAhead(weeks: number): void;
  /** What lies in the queue of a lane; `undefined` where it does not answer. */
  laneStock(lane: string, stock: LaneFigures | undefined): void;
  deadLettersOpen(letters: OpenLetterFigures | undefined): void;
  pendingMigrations(count: number | undefined): void;
  /** What processes of ingest that nothing can scrape have answered, since this was called before. */
  ingestAnswered(labels: AnswerLabels, count: number): void;
  /** When the last callback of an app came, as Unix time in seconds. */
  lastCallback(appId: string, seconds: number): void;
}

/** How much memory the queue's Redis has taken. */
export interface QueueMemory {
  readonly usedBytes: number;
  /** `maxmemory`, or what the machine has where none is set. */
  readonly limitBytes: number;
}

export interface RedisDurability {
  readonly isNoeviction: boolean | undefined;
  readonly isAppendOnly: boolean | undefined;
}

export interface LaneFigures {
  /** By state, such as `waiting`. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Of the first in line, by state. */
  readonly oldestAgeMs: Readonly<Record<string, number>>;
}

export interface OpenLetterFigures {
  readonly count: number;
  readonly oldestDeadAt: Date | undefined;
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
