import type { EventToWrite } from './event-to-write.ts';

/**
 * Returns the earliest time that the event gives, or that of its receipt, in milliseconds since
 * 1970: a late copy is received long after it happened.
 */
export function happenedAtMs({ event, decision }: EventToWrite): number {
  const { acceptedTime, eventTime } = decision.envelope;
  const times = [acceptedTime, eventTime, event.receivedAt].flatMap((time) =>
    time === undefined ? [] : [Date.parse(time)],
  );
  return Math.min(...times.filter(Number.isFinite));
}
