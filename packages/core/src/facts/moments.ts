import type { CallbackEvent } from '../events/callback-event.ts';
import { type Instant, instantOfSeconds, parseInstant, sortableAfter } from '../values/instant.ts';

/**
 * The tolerance for another clock that is ahead of ours. Not a setting: rows must end the same
 * wherever they are written.
 */
const clockToleranceSeconds = 300;

/** The fields of a callback that hold a time which orders facts. */
export const timeFields = ['accepted_time', 'event_time', 'accept_time'] as const;
export type TimeField = (typeof timeFields)[number];

/** A time that a callback carries. */
export interface Moment {
  /** The text as Sinch wrote it. */
  readonly text: string;
  /** The instant; absent where the text cannot be read. */
  readonly instant: Instant | undefined;
  /**
   * The time that orders facts: the reference where the instant cannot be read or lies too far
   * ahead.
   */
  readonly order: Instant;
}

/** The times of one event. */
export interface Moments {
  /**
   * The later of receipt and verified signature timestamp, so that a slow clock of ours orders
   * nothing.
   */
  readonly reference: Instant;
  readonly receipt: Instant;
  readonly acceptedTime: Moment | undefined;
  readonly eventTime: Moment | undefined;
  readonly acceptTime: Moment | undefined;
  /** The time of the event, where it carries one. */
  readonly at: Moment | undefined;
  readonly unreadable: readonly TimeField[];
}

/** The texts of an event's times. */
export interface TimeTexts {
  readonly acceptedTime: string | undefined;
  readonly eventTime: string | undefined;
  /** The time of a message or an event of a contact. */
  readonly acceptTime: string | undefined;
}

const none: readonly TimeField[] = [];

export function readMoments(
  event: Pick<CallbackEvent, 'receivedAt' | 'signature' | 'signedAtSeconds'>,
  texts: TimeTexts,
): Moments {
  const receipt = parseInstant(event.receivedAt) ?? epoch;
  const reference = laterOf(receipt, signedAtOf(event));
  const acceptedTime = readMoment(texts.acceptedTime, reference);
  const eventTime = readMoment(texts.eventTime, reference);
  const acceptTime = readMoment(texts.acceptTime, reference);
  const named = { accepted_time: acceptedTime, event_time: eventTime, accept_time: acceptTime };
  const isUnreadable = (moment: Moment | undefined) =>
    moment !== undefined && moment.instant === undefined;
  const unreadable = Object.values(named).some(isUnreadable)
    ? timeFields.filter((field) => isUnreadable(named[field]))
    : none;
  const at = acceptTime ?? eventTime ?? acceptedTime;
  return { reference, receipt, acceptedTime, eventTime, acceptTime, at, unreadable };
}

/** Returns the verified timestamp of an event's signature, where it is still stored. */
export function signedAtOf({
  signature,
  signedAtSeconds,
}: Pick<CallbackEvent, 'signature' | 'signedAtSeconds'>): Instant | undefined {
  const seconds = signature?.timestampSeconds ?? signedAtSeconds;
  return seconds === undefined ? undefined : instantOfSeconds(seconds);
}

const epoch: Instant = { iso: '1970-01-01T00:00:00.000000Z', sortable: '0'.repeat(16) };

function laterOf(one: Instant, other: Instant | undefined): Instant {
  return other !== undefined && other.sortable > one.sortable ? other : one;
}

function readMoment(text: string | undefined, reference: Instant): Moment | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  const isUsable = instant !== undefined && !isTooFarAhead(instant, reference);
  return { text, instant, order: isUsable ? instant : reference };
}

function isTooFarAhead({ sortable }: Instant, reference: Instant): boolean {
  return (
    sortable > reference.sortable && sortable > sortableAfter(reference, clockToleranceSeconds)
  );
}
