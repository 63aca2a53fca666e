import { drawInteger, type Random, ulid } from '../random.ts';
import type { SampleBuilder } from '../samples/sample-callbacks.ts';
import type { CallbackBody, SampleContext } from '../samples/sample-context.ts';

/** A callback's body, with the time of its event. */
export interface TimelineEvent {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  readonly body: CallbackBody;
}

/** The clock of an event: Sinch's has microseconds, a channel's has whole seconds. */
export type EventClock = 'sinch' | 'channel';

/** A builder of the events of one entity, such as a message, with the same `accepted_time`. */
export interface TimelineBuilder {
  createEvent(afterMs: number, clock: EventClock, build: SampleBuilder): TimelineEvent;
}

export function createTimelineBuilder(context: SampleContext, beginsAtMs: number): TimelineBuilder {
  const accepted = sinchInstant(beginsAtMs, context.random);
  return {
    createEvent(afterMs, clock, build) {
      const atMs = beginsAtMs + afterMs;
      const event = clock === 'sinch' ? sinchInstant(atMs, context.random) : channelInstant(atMs);
      const moment: SampleContext = {
        ...context,
        id: () => ulid(atMs, context.random),
        now: () => event,
        acceptedTime: () => accepted,
        eventTime: () => event,
      };
      return { atMs, body: build(moment) };
    },
  };
}

function sinchInstant(atMs: number, random: Random): string {
  const microseconds = String(drawInteger(random, 0, 999)).padStart(3, '0');
  return `${new Date(atMs).toISOString().slice(0, -1)}${microseconds}Z`;
}

function channelInstant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
