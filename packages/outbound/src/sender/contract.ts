import type { Database, ErasureKeys } from '@sinch-callbacks/db';
import type { SinchApi } from '@sinch-callbacks/sinch-api';
import type { OutboundErrorClass, OutboundMessage, OutboundState } from '../outbound-message.ts';

export interface SenderOptions {
  readonly database: Database;
  /** Find the opt-outs of people who were erased; required once anyone was. */
  readonly erasureKeys?: ErasureKeys | undefined;
  readonly api: Pick<SinchApi, 'apps' | 'messages'>;
  readonly appId: string;
  /** Messages a second. */
  readonly perSecond: number;
  readonly events: SenderEvents;
  readonly timings?: Partial<SenderTimings>;
}

/** One request, with what its row became. */
export interface SendFacts {
  readonly message: Pick<OutboundMessage, 'id' | 'key' | 'attempts'>;
  /**
   * `lost` where a report or another process settled the row first. A row whose hold ran out before
   * its request is QUEUED without an error class.
   */
  readonly state: OutboundState | 'lost';
  readonly messageId?: string | undefined;
  readonly errorClass?: OutboundErrorClass | undefined;
  readonly error?: string | undefined;
  readonly durationMs: number;
}

export interface SenderEvents {
  /** Called after each request, and after each refusal without one. */
  sent(facts: SendFacts): void;
  /** Called when the app cannot be read: nothing is sent until it can. */
  appFailed(error: unknown): void;
  /** Called when the app was read, for the first time and after failures. */
  appRead(facts: { readonly keepsMessages: boolean }): void;
  /** Called when no further message begins for a time. */
  paused(facts: { readonly pauseMs: number; readonly errorClass: OutboundErrorClass }): void;
  /** Called with rows of processes that ended while they were sending. */
  holdersLost(count: number): void;
  /** Called with UNCERTAIN rows that Sinch's list has. */
  found(count: number): void;
  /** Called with UNCERTAIN rows that are sent again, as their callers asked. */
  resent(count: number): void;
  /** Called with messages that waited longer than their callers allowed, and are not sent. */
  expired(count: number): void;
  databaseFailed(error: unknown): void;
  databaseAnswered(): void;
  /** Called with the error of a lookup, or of a bug. */
  failed(error: unknown): void;
}

export interface SenderTimings {
  /** Between two looks for messages. */
  readonly pollMs: number;
  /** A row whose process has not extended it for so long becomes UNCERTAIN. */
  readonly holdMs: number;
  /** Between two extensions. */
  readonly extendMs: number;
  /** Between two looks for rows that are UNCERTAIN. */
  readonly recoverMs: number;
  /** Between two readings of the app, where the last one failed. */
  readonly readAppMs: number;
  /** A row that is to be sent again by itself waits so long for a report. */
  readonly resendAfterMs: number;
  /** The time for requests in progress when the process stops. */
  readonly stopWithinMs: number;
}
