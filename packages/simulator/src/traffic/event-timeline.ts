import { type KnownTrigger, knownTriggers, recognise, type Trigger } from '@sinch-callbacks/core';
import { drawInteger, pickWeighted } from '../random.ts';
import {
  batchStatus,
  channelEvent,
  recordNotification,
  unsupportedCallback,
} from '../samples/notices.ts';
import { type SampleBuilder, sampleCallbacks } from '../samples/sample-callbacks.ts';
import type { Person, SampleWorld } from '../samples/sample-context.ts';
import { receivedStory, sentStory } from './message-lifecycle.ts';
import { arrivalStory, farewellStory, meetPerson } from './person-lifecycle.ts';
import { type Happening, openScene } from './timeline-builder.ts';

/** A run of at least so many messages holds every trigger; a shorter one what comes up. */
export const messagesForEveryTrigger = 20;

const messagesPerPerson = 6;
const farewellMs = 60_000;
const sentOrReceived = { sent: 70, received: 30 };
const noticeShare = 0.03;
const noticeWeights = { unsupported: 4, record: 4, batch: 3, channel: 2 };

/** Everything that happens around so many messages, one beginning every `spacingMs`. Unordered. */
export function happenings(
  world: SampleWorld,
  beginsAtMs: number,
  messages: number,
  spacingMs: number,
): Happening[] {
  const startOf = (index: number) => Math.round(beginsAtMs + index * spacingMs);
  const told: Happening[] = [];
  let before: Person | undefined;
  for (let index = 0; index < messages; index += messagesPerPerson) {
    const person = meetPerson(world);
    const until = Math.min(messages, index + messagesPerPerson);
    told.push(...arrivalStory(world, person, startOf(index)));
    for (let own = index; own < until; own += 1) {
      told.push(...messageStory(world, person, startOf(own)));
    }
    told.push(...farewellStory(world, person, before, startOf(until) + farewellMs));
    before = person;
  }
  if (messages >= messagesForEveryTrigger) {
    told.push(...missing(world, told, beginsAtMs, messages * spacingMs));
  }
  return told;
}

function messageStory(world: SampleWorld, person: Person, atMs: number): Happening[] {
  const kind = pickWeighted(world.random, sentOrReceived);
  const story = kind === 'sent' ? sentStory : receivedStory;
  const told = story(world, person, atMs);
  return world.random() < noticeShare ? [...told, notice(world, atMs)] : told;
}

/** News that no message brings about. */
function notice(world: SampleWorld, atMs: number): Happening {
  const builders = {
    unsupported: unsupportedCallback,
    record: recordNotification,
    batch: batchStatus,
    channel: channelEvent,
  } satisfies Record<keyof typeof noticeWeights, SampleBuilder>;
  const build: SampleBuilder = builders[pickWeighted(world.random, noticeWeights)];
  return openScene(world, atMs).tell(0, 'sinch', (moment) => build(moment));
}

/** One of each trigger that chance left out. */
function missing(
  world: SampleWorld,
  told: readonly Happening[],
  beginsAtMs: number,
  spanMs: number,
): Happening[] {
  const seen = new Set(told.map(({ body }) => triggerOf(body)));
  return knownTriggers
    .filter((trigger) => !seen.has(trigger))
    .map((trigger) => {
      const atMs = beginsAtMs + drawInteger(world.random, 0, Math.round(spanMs));
      return openScene(world, atMs).tell(0, 'sinch', usualSample(trigger));
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
