import type { ProcessExit } from '@sinch-callbacks/dev-env/processes';

/** A line of the log that belongs to a request. */
export interface RequestLine {
  readonly outcome: string;
  readonly status: number;
  readonly [field: string]: unknown;
}

/** A running ingest, whichever server carries it. */
export interface StartedIngest {
  readonly webhookUrl: string;
  readonly healthUrl: string;
  readonly pid: number;
  /** Everything it wrote. */
  readonly output: () => string;
  /** The log lines of requests to the webhook, in order. */
  readonly requestLines: () => readonly RequestLine[];
  /** Asks it to end, with SIGTERM. */
  readonly stop: () => Promise<ProcessExit>;
}

/**
 * Starts an ingest with these variables and no others.
 * @throws when it does not come up.
 */
export type StartIngest = (environment: Readonly<Record<string, string>>) => Promise<StartedIngest>;
