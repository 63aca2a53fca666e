import type { AnswerLabels } from './answer-counter.ts';

/** The worker's metrics. Labels come from small closed sets: no id, nothing of a body. */
export interface Metrics extends EventMetrics, StockMetrics, ReconcileMetrics, RetentionMetrics {}

/** Counters of events. */
export interface EventMetrics {
  /** Counts an event that ended: in the database, or as a dead letter. */
  eventEnded(signature: SignatureSeen): void;
  eventApplied(labels: {
    readonly trigger: string;
    readonly result: string;
    /** The time when the callback came, ISO 8601. */
    readonly receivedAt?: string | undefined;
  }): void;
  /** Counts a delivery report that was applied. */
  messageReported(labels: {
    readonly appId: string | undefined;
    readonly channel: string | undefined;
    readonly status: string;
  }): void;
  /** Records the number of events in one transaction. */
  batchWritten(events: number): void;
  attemptFailed(labels: { readonly errorClass: string }): void;
  deadLettered(labels: { readonly cause: string }): void;
  /** Counts a time that could not be read: its event is ordered by its receipt instead. */
  unreadableTime(labels: { readonly field: string }): void;
}

/** Gauges, measured from time to time. An unknown value is not shown. */
export interface StockMetrics {
  queueMemory(memory: QueueMemory): void;
  /** Shows the settings of Redis against data loss; `undefined` where it does not report them. */
  redisDurability(settings: RedisDurability): void;
  /** Shows the number of coming weeks that have their partition of events. */
  partitionsAhead(weeks: number): void;
  /** Shows the jobs in a lane's queue; `undefined` where it does not answer. */
  laneStock(lane: string, stock: LaneFigures | undefined): void;
  deadLettersOpen(letters: OpenLetterFigures | undefined): void;
  pendingMigrations(count: number | undefined): void;
  /** Adds answers of ingest processes that cannot be scraped, since the call before. */
  ingestAnswered(labels: AnswerLabels, count: number): void;
  /** Shows when the last callback of an app came, as Unix time in seconds. */
  lastCallback(appId: string, seconds: number): void;
}

/** The scheduled comparison with what Sinch keeps. */
export interface ReconcileMetrics {
  /** Counts a message that was missed, or that the comparison could do nothing with. */
  reconcileFound(kind: string): void;
  reconcileEnded(outcome: string): void;
  /** Shows whether Sinch keeps messages of the app. */
  messagesKept(isKept: boolean): void;
}

/** Scheduled removals. */
export interface RetentionMetrics {
  /** Counts rows that were removed or redacted. */
  rowsRetired(removal: {
    readonly table: string;
    readonly action: string;
    readonly rows: number;
  }): void;
  retentionEnded(outcome: string): void;
  /** Shows when any worker last came to the end. */
  retentionSucceeded(at: Date): void;
}

/** The memory of the queue's Redis. */
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
  /** The number of jobs by state, such as `waiting`. */
  readonly jobs: Readonly<Record<string, number>>;
  /** The age of the oldest job, by state. */
  readonly oldestAgeMs: Readonly<Record<string, number>>;
}

export interface OpenLetterFigures {
  readonly count: number;
  readonly oldestDeadAt: Date | undefined;
}

/** The facts of an event's signature, where they are known: a replayed event has none. */
export interface SignatureSeen {
  /** The position of the secret that signed it, counted from 0. */
  readonly secretPosition?: number | undefined;
  readonly stale?: boolean | undefined;
  /** Its timestamp was further ahead of ingest's clock than the tolerance. */
  readonly future?: boolean | undefined;
  /** The time when the callback came, ISO 8601. */
  readonly receivedAt?: string | undefined;
}

/** The metrics as a scraper reads them. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}
