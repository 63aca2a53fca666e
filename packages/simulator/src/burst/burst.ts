import { recognise, type Trigger } from '@sinch-callbacks/core';
import type { SendOverrides } from '../create-sender.ts';
import { type KeyedBody, keyBody } from '../keyed-body.ts';
import { drawInteger, type Random } from '../random.ts';
import {
  type CallbackBody,
  createSampleContext,
  type SampleContext,
} from '../samples/sample-context.ts';
import { everyTrigger, messageLifecycle, personLifecycle } from './lifecycles.ts';

/** One request of a burst. Copies of an event share body and key. */
export interface BurstCallback extends KeyedBody {
  /** A copy repeats the first signature or is signed again: Sinch does not document which. */
  readonly overrides: Pick<SendOverrides, 'nonce' | 'timestampSeconds'>;
}

export interface Burst extends BurstMessages {
  readonly seed: string;
  /** The requests in sending order: neighbours are out of order, and some events come twice. */
  readonly callbacks: readonly BurstCallback[];
  /** Distinct event keys, without the dead ones. */
  readonly appliedKeys: readonly string[];
  readonly deadKeys: readonly string[];
  readonly expected: {
    readonly callbacks: number;
    /** Distinct event keys, the dead one included. */
    readonly uniqueEvents: number;
    readonly duplicates: number;
    /** Distinct message ids, in both directions. */
    readonly messages: number;
    /** Events that can never be applied: one, of signed bytes that are not JSON. */
    readonly dead: number;
  };
}

export interface BurstOptions {
  readonly seed: string;
  /** The number of messages; each causes one to five callbacks. */
  readonly messages: number;
  /** The time of the burst, for signatures and ids. */
  readonly startAt: Date;
}

const messagesPerPerson = 10;
const copyShare = 0.15;
/** The most places that a callback is moved forward or back. */
const disorder = 40;

/** Plans a burst: the same options give the same bytes in the same order. */
export function burst({ seed, messages, startAt }: BurstOptions): Burst {
  const context = createSampleContext(seed, startAt);
  const signedAt = Math.floor(startAt.getTime() / 1000);
  const events = lives(context, messages).map((body) =>
    plan(JSON.stringify(body), context, signedAt),
  );
  const poison = plan(
    `{"app_id":"${context.appId}","message":{"id":"${context.id()}`,
    context,
    signedAt,
  );
  const copies = events
    .filter(() => context.random() < copyShare)
    .map((event) => (context.random() < 0.5 ? event : { ...event, overrides: {} }));
  const about = summariseMessages(events.map(({ body }) => body));

  return {
    seed,
    callbacks: scatter(events, copies, poison, context.random),
    appliedKeys: events.map(({ key }) => key),
    deadKeys: [poison.key],
    ...about,
    expected: {
      callbacks: events.length + copies.length + 1,
      uniqueEvents: events.length + 1,
      duplicates: copies.length,
      messages: about.messageIds.length,
      dead: 1,
    },
  };
}

/** Makes the bodies of all events, in order. */
function lives(context: SampleContext, messages: number): CallbackBody[] {
  const bodies = everyTrigger(context);
  for (let made = 0; made < messages; made += messagesPerPerson) {
    const person = context.person();
    bodies.push(...personLifecycle(context, person));
    for (let own = 0; own < Math.min(messagesPerPerson, messages - made); own += 1) {
      bodies.push(...messageLifecycle(context, person));
    }
  }
  return bodies;
}

function plan(body: string, context: SampleContext, timestampSeconds: number): BurstCallback {
  return { ...keyBody(body), overrides: { nonce: context.id(), timestampSeconds } };
}

/** Moves events a little from their places, copies anywhere, and the poison to the middle. */
function scatter(
  events: readonly BurstCallback[],
  copies: readonly BurstCallback[],
  poison: BurstCallback,
  random: Random,
): BurstCallback[] {
  const placed = [
    ...events.map((event, place) => ({
      event,
      at: place + drawInteger(random, -disorder, disorder),
    })),
    ...copies.map((event) => ({ event, at: drawInteger(random, 0, events.length) })),
    { event: poison, at: events.length / 2 },
  ];
  return placed.toSorted((one, other) => one.at - other.at).map(({ event }) => event);
}

/** The messages of a burst and their expected final statuses. */
interface BurstMessages {
  /** Distinct ids, in both directions. */
  readonly messageIds: readonly string[];
  /** The final status of each reported message by id, which must hold for any order of reports. */
  readonly finalStatuses: ReadonlyMap<string, string>;
}

const messageTriggers: ReadonlySet<Trigger> = new Set([
  'MESSAGE_INBOUND',
  'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION',
  'MESSAGE_SUBMIT',
  'MESSAGE_DELIVERY',
]);

/** @param bodies in the order of the events: the last report of a message is final */
function summariseMessages(bodies: readonly string[]): BurstMessages {
  const messageIds = new Set<string>();
  const finalStatuses = new Map<string, string>();
  for (const text of bodies) {
    const recognition = recognise(text);
    if (recognition.kind !== 'known' || !messageTriggers.has(recognition.trigger)) continue;
    const { entityId, body } = recognition;
    if (entityId === undefined) continue;
    messageIds.add(entityId);
    const report = body['message_delivery_report'] as { readonly status: string } | undefined;
    if (report) finalStatuses.set(entityId, report.status);
  }
  return { messageIds: [...messageIds], finalStatuses };
}
