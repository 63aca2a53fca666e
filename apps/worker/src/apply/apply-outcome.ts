import type { TimeField } from '@sinch-callbacks/core';
import type { EventToWrite, WriteOutcome } from '@sinch-callbacks/db';

/** A delivery report of one message. */
export interface MessageReport {
  readonly appId: string | undefined;
  readonly channel: string | undefined;
  readonly status: string;
}

export type ApplyOutcome =
  | (WriteOutcome & {
      /** Times of the event that cannot be read; absent where there are none. */
      readonly unreadableTimes?: readonly TimeField[];
      /** Message reports in an event that was applied now; absent where there are none. */
      readonly reports?: readonly MessageReport[];
    })
  | { readonly kind: 'returned' };

export function failedWrite(failureClass: 'transient' | 'permanent', error: unknown): WriteOutcome {
  const { message, stack } =
    error instanceof Error ? error : { message: String(error), stack: undefined };
  return { kind: 'failed', failureClass, message, stack };
}

/**
 * The outcome of an event that is not tried now, since too many others wait for a lock already.
 * It comes back from its queue, and no attempt is counted.
 */
export const blockedWrite: WriteOutcome = {
  kind: 'failed',
  failureClass: 'blocked',
  message: 'rows of this event are locked by another session',
  stack: undefined,
};

/** Adds the facts that logs and counters need from the event's decision. */
export function withFacts(
  outcome: WriteOutcome,
  decision: EventToWrite['decision'] | undefined,
): ApplyOutcome {
  if (decision === undefined) return outcome;
  const { unreadableTimes } = decision;
  const reports = outcome.kind === 'applied' ? reportsOf(decision) : [];
  if (unreadableTimes.length === 0 && reports.length === 0) return outcome;
  return {
    ...outcome,
    ...(unreadableTimes.length > 0 && { unreadableTimes }),
    ...(reports.length > 0 && { reports }),
  };
}

function reportsOf(decision: EventToWrite['decision']): readonly MessageReport[] {
  if (decision.kind !== 'apply' || decision.trigger !== 'MESSAGE_DELIVERY') return [];
  const { appId } = decision.envelope;
  return decision.facts.messageStatuses.map(({ channel, status }) => ({ appId, channel, status }));
}
