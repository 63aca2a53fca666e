import type { Sender } from '@sinch-callbacks/simulator';
import type { RequestLine, StartedIngest } from '../servers/start-ingest.ts';

export const secrets = { current: 'current-secret', previous: 'previous-secret' };

/** What the rows of the contract are checked with. Ready once the tests run. */
export interface ContractContext {
  /** An ingest with two secrets, its queue and the defaults. */
  readonly ingest: StartedIngest;
  readonly redisUrl: string;
  /** Starts a further one; it ends with the suite. */
  start(environment: Readonly<Record<string, string>>): Promise<StartedIngest>;
  /** Signs with the current secret and sends to `url`, or to `ingest`. */
  sender(this: void, url?: string): Sender;
  /** The bytes that the queue holds for an event, or undefined. */
  queuedBody(eventKey: string): Promise<Buffer | undefined>;
  countQueued(): Promise<number>;
  /** Marks the log of `ingest`; the function it returns sets a second mark, and returns the lines in between. */
  markOutput(): Promise<() => Promise<readonly Readonly<Record<string, unknown>>[]>>;
  /** Marks the log of `ingest`, and returns how to read the requests' lines after the mark. */
  markLog(): Promise<() => readonly RequestLine[]>;
}
