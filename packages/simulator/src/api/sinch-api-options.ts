import type { Rate, RetryRules, RetrySignature } from '../delivery/delivery-rules.ts';
import { usualRetryRules } from '../delivery/delivery-rules.ts';
import type { ProcessingMode } from '../samples/sample-context.ts';
import type { OutcomeShares } from '../traffic/delivery-steps.ts';
import type { ApiOperation } from './http/operations.ts';
import type { ApiRequestFacts } from './truth.ts';

/** A simulated app. What is left out is as in a new app of Sinch's. */
export interface SimulatedAppOptions {
  readonly appId?: string;
  /** `DISPATCH` by default, as in apps that are made since April 2025. */
  readonly mode?: ProcessingMode;
  /** The days that messages of CONVERSATION mode are listed: 180. */
  readonly retentionDays?: number;
  /** The days that messages of DISPATCH mode are listed: 0, which is none at all. */
  readonly dispatchRetentionDays?: number;
  /** Whether listed messages carry their status. */
  readonly persistsMessageStatus?: boolean;
  /** The secret of callbacks to a send's `callback_url`. */
  readonly secretForOverriddenUrls?: string;
  /** The longest outbound queue: 500,000. */
  readonly outboundLimit?: number;
  /** The rate at which the outbound queue is sent to channels: 20 a second. */
  readonly outboundPerSecond?: number;
}

/** A simulated project with its one access key. What is left out is drawn from the seed. */
export interface SimulatedProjectOptions {
  readonly projectId?: string;
  readonly keyId?: string;
  readonly keySecret?: string;
  readonly apps?: readonly SimulatedAppOptions[];
}

/** Faults of the API, each as a share of its requests from 0 to 1; token requests have none. */
export interface ApiFaults {
  /** The request is carried out, and the connection cut instead of an answer. */
  readonly lostAnswers: number;
  /** No answer comes. Half of these requests are carried out. */
  readonly hangs: number;
  /** 429. */
  readonly tooManyRequests: number;
  /** 503. */
  readonly unavailable: number;
  /** The request's token expires, and it gets 401. */
  readonly expiredTokens: number;
  /** As a share of sends: their first callbacks are delivered before they are answered. */
  readonly reportsFirst: number;
  /** As a share of callbacks: they are never sent. */
  readonly droppedCallbacks: number;
}

/** The delivery of callbacks, with the meaning that `startSinch` gives these settings. */
export interface ApiDelivery {
  readonly rate: Rate;
  readonly retries: RetryRules;
  readonly retrySignature: RetrySignature;
  readonly compress: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
}

export interface SinchApiOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** The seed of ids, faults and outcomes (default: a new one). */
  readonly seed?: string;
  /** One project with one app by default. */
  readonly projects?: readonly SimulatedProjectOptions[];
  /** The lifetime of tokens: 3,600 s. */
  readonly tokenSeconds?: number;
  /** Requests a second of one project: 800. */
  readonly requestsPerSecond?: number;
  /** The `Retry-After` of a 429. Sinch is not known to send one, so there is none by default. */
  readonly retryAfterSeconds?: number;
  readonly faults?: Partial<ApiFaults>;
  /** The operations whose requests have faults (default: all). */
  readonly faultyOperations?: readonly ApiOperation[];
  /** The shares of messages that fail (none) and that are read (0.3). */
  readonly outcomes?: Partial<OutcomeShares>;
  readonly delivery?: Partial<ApiDelivery>;
  /** Sends callbacks to other machines too. By default they are only counted, as withheld. */
  readonly allowRemote?: boolean;
  /** The clock of times and lifetimes. Delivery has the machine's. */
  readonly clock?: () => Date;
  /** Called after each request with its result. */
  readonly onRequest?: (request: ApiRequestFacts) => void;
}

export const noApiFaults: ApiFaults = {
  lostAnswers: 0,
  hangs: 0,
  tooManyRequests: 0,
  unavailable: 0,
  expiredTokens: 0,
  reportsFirst: 0,
  droppedCallbacks: 0,
};

/** Sinch's rate and retries, with its waits shortened. */
export const usualApiDelivery: ApiDelivery = {
  rate: { perSecond: 25, burst: 50 },
  retries: usualRetryRules,
  retrySignature: 'keep',
  compress: 600,
  concurrency: 16,
  timeoutMs: 15_000,
};
