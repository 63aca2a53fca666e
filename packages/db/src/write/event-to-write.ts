import type { CallbackEvent, Decision } from '@sinch-callbacks/core';

/** An event whose decision says that it is to be stored. */
export interface EventToWrite {
  readonly event: CallbackEvent;
  readonly decision: Exclude<Decision, { kind: 'refuse' }>;
  /** Attempts that this event has had, this one included. */
  readonly attempts: number;
  /** Absent: Sinch sent it. */
  readonly origin?: 'RECONCILED';
}
