import type { CallbackEvent, Envelope } from '@sinch-callbacks/core';

/** The times of an event. */
interface TimedEvent {
  readonly event: Pick<CallbackEvent, 'receivedAt'>;
  readonly decision: { readonly envelope: Pick<Envelope, 'acceptedTime' | 'eventTime'> };
}

/**
 * Returns the earliest time that the event gives, or that of its receipt, in milliseconds since
 * 1970: a late copy is received long after it happened.
 */
export function happenedAtMs({ event, decision }: TimedEvent): number {
  const { acceptedTime, eventTime } = decision.envelope;
  const times = [acceptedTime, eventTime, event.receivedAt].flatMap((time) =>
    time === undefined ? [] : [Date.parse(time)],
  );
  return Math.min(...times.filter(Number.isFinite));
}
