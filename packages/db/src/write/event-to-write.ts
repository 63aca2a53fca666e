import type { CallbackEvent, Decision } from '@sinch-callbacks/core';

/** An event that is to be stored, with its decision. */
export interface EventToWrite {
  readonly event: CallbackEvent;
  readonly decision: Exclude<Decision, { kind: 'refuse' }>;
  /** Number of attempts of this event, this one included. */
  readonly attempts: number;
}
