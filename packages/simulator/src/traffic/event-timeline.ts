import { type KnownTrigger, knownTriggers, recognise, type Trigger } from '@sinch-callbacks/core';
import { drawInteger, pickWeighted } from '../random.ts';
import {
  batchStatus,
  channelEvent,
  recordNotification,
  unsupportedCallback,
} from '../samples/notices.ts';
import { type SampleBuilder, sampleCallbacks } from '../samples/sample-callbacks.ts';
import type { Person, SampleContext } from '../samples/sample-context.ts';
import { receivedMessageLifecycle, sentMessageLifecycle } from './message-lifecycle.ts';
import { arrivalLifecycle, createPerson, departureLifecycle } from './person-lifecycle.ts';
import { createTimelineBuilder, type TimelineEvent } from './timeline-builder.ts';

/** A timeline with at least this number of messages has every trigger. */
export const messagesForEveryTrigger = 20;

const messagesPerPerson = 6;
const departureMs = 60_000;
const sentOrReceived = { sent: 70, received: 30 };
const noticeShare = 0.03;
const noticeWeights = { unsupported: 4, record: 4, batch: 3, channel: 2 };

/** Creates the events of this number of messages, one every `spacingMs`. Unordered. */
export function createEventTimeline(
  context: SampleContext,
  beginsAtMs: number,
  messages: number,
  spacingMs: number,
): TimelineEvent[] {
  const startOf = (index: number) => Math.round(beginsAtMs + index * spacingMs);
  const events: TimelineEvent[] = [];
  let before: Person | undefined;
  for (let index = 0; index < messages; index += messagesPerPerson) {
    const person = createPerson(context);
    const until = Math.min(messages, index + messagesPerPerson);
    events.push(...arrivalLifecycle(context, person, startOf(index)));
    for (let own = index; own < until; own += 1) {
      events.push(...messageLifecycle(context, person, startOf(own)));
    }
    events.push(...departureLifecycle(context, person, before, startOf(until) + departureMs));
    before = person;
  }
  if (messages >= messagesForEveryTrigger) {
    events.push(...missing(context, events, beginsAtMs, messages * spacingMs));
  }
  return events;
}

function messageLifecycle(context: SampleContext, person: Person, atMs: number): TimelineEvent[] {
  const kind = pickWeighted(context.random, sentOrReceived);
  const lifecycle = kind === 'sent' ? sentMessageLifecycle : receivedMessageLifecycle;
  const events = lifecycle(context, person, atMs);
  return context.random() < noticeShare ? [...events, notice(context, atMs)] : events;
}

/** Creates an event that does not belong to a message. */
function notice(context: SampleContext, atMs: number): TimelineEvent {
  const builders = {
    unsupported: unsupportedCallback,
    record: recordNotification,
    batch: batchStatus,
    channel: channelEvent,
  } satisfies Record<keyof typeof noticeWeights, SampleBuilder>;
  const build: SampleBuilder = builders[pickWeighted(context.random, noticeWeights)];
  return createTimelineBuilder(context, atMs).createEvent(0, 'sinch', (moment) => build(moment));
}

/** Creates one event of each trigger that is missing. */
function missing(
  context: SampleContext,
  events: readonly TimelineEvent[],
  beginsAtMs: number,
  spanMs: number,
): TimelineEvent[] {
  const seen = new Set(events.map(({ body }) => triggerOf(body)));
  return knownTriggers
    .filter((trigger) => !seen.has(trigger))
    .map((trigger) => {
      const atMs = beginsAtMs + drawInteger(context.random, 0, Math.round(spanMs));
      return createTimelineBuilder(context, atMs).createEvent(0, 'sinch', usualSample(trigger));
    });
}

function triggerOf(body: object): Trigger | undefined {
  const recognition = recognise(JSON.stringify(body));
  return recognition.kind === 'known' ? recognition.trigger : undefined;
}

function usualSample(trigger: KnownTrigger): SampleBuilder {
  const [usual] = Object.values(sampleCallbacks[trigger]);
  if (usual === undefined) throw new RangeError(`There is no sample of ${trigger}.`);
  return usual;
}
