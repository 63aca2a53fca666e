import type { Sender } from '@sinch-callbacks/simulator';
import type { RequestLine, StartedIngest } from '../servers/start-ingest.ts';

export const secrets = { current: 'current-secret', previous: 'previous-secret' };

/** The server and tools for the tests of the contract. Ready once they run. */
export interface ContractContext {
  /** An ingest with two secrets, its queue and the defaults. */
  readonly ingest: StartedIngest;
  readonly redisUrl: string;
  /** Starts another one; the suite stops it at its end. */
  start(environment: Readonly<Record<string, string>>): Promise<StartedIngest>;
  /** Signs with the current secret and sends to `url`, or to `ingest`. */
  sender(this: void, url?: string): Sender;
  /** Reads an event's bytes from the queue, or undefined. */
  queuedBody(eventKey: string): Promise<Buffer | undefined>;
  countQueued(): Promise<number>;
  /** Marks the log of `ingest` with a queued callback. The returned function sets a second mark the
   * same way, and returns the lines between both. */
  markOutput(): Promise<() => Promise<readonly Readonly<Record<string, unknown>>[]>>;
  /** Marks the log of `ingest`, and returns how to read the requests' lines after the mark. */
  markLog(): Promise<() => readonly RequestLine[]>;
}
