import type { Trigger } from '@sinch-callbacks/core';
import type { Random } from '../random.ts';
import type { Offer, PlannedEvent } from '../traffic/plan-traffic.ts';
import {
  type Answer,
  createRateLimit,
  judgeAnswer,
  type Rate,
  type RetryRules,
  type SignatureFacts,
  type Signing,
  type Verdict,
} from './delivery-rules.ts';
import type { Timeline } from './event-schedule.ts';

/** One request of a callback. */
export interface Attempt {
  readonly event: PlannedEvent;
  /** The number of its callback, from 0: copies of an event are callbacks of their own. */
  readonly callback: number;
  /** The number of the try, from 1. */
  readonly number: number;
  readonly signature: SignatureFacts;
}

/** A function that sends one request and calls `settle` once, later, with any result. */
export type Transport = (attempt: Attempt, settle: (answer: Answer) => void) => void;

export interface DeliveryOptions {
  readonly timeline: Timeline;
  readonly transport: Transport;
  readonly signing: Signing;
  /** Chooses the next lane when both have callbacks. */
  readonly random: Random;
  /** The rate by the timeline's seconds. */
  readonly rate: Rate;
  readonly retries: RetryRules;
  /** The most requests in progress at once. */
  readonly concurrency: number;
  readonly onSettled: (attempt: Attempt, answer: Answer, verdict: Verdict) => void;
  /** Called whenever all callbacks so far are acknowledged, lost or given up. */
  readonly onFinished: () => void;
}

/** A delivery that takes further callbacks while it runs. */
export interface Delivery {
  offer(offer: Offer): void;
}

interface Pending {
  readonly event: PlannedEvent;
  readonly callback: number;
  attempts: number;
}

/** Delivers a plan, as {@link openDelivery} does. `onFinished` is called once. */
export function deliver(offers: readonly Offer[], options: DeliveryOptions): void {
  const delivery = openDelivery(options);
  for (const offer of offers) delivery.offer(offer);
  if (offers.length === 0) options.onFinished();
}

/**
 * Delivers callbacks by Sinch's rules: at least once, in no order, not faster than the rate, with
 * retries after 5xx, 429 and no answer, and after no other answer.
 *
 * Each callback waits for its time, then in its lane for a permit, then for an answer; a retry
 * waits for its time again. A pure state machine: time, randomness and transport are arguments.
 */
export function openDelivery(options: DeliveryOptions): Delivery {
  const { timeline, transport, signing, random, retries, concurrency } = options;
  const rateLimit = createRateLimit(options.rate);
  const waiting: Record<Lane, Pending[]> = { inbound: [], status: [] };
  let inProgress = 0;
  let offered = 0;
  let open = 0;
  let isSendScheduled = false;

  function enqueue(pending: Pending): void {
    waiting[laneOf(pending.event.trigger)].push(pending);
    sendPending();
  }

  function sendPending(): void {
    if (isSendScheduled) return;
    while (inProgress < concurrency && lanes.some((lane) => waiting[lane].length > 0)) {
      if (!rateLimit.take(timeline.nowMs())) return sendLater(rateLimit.nextAtMs());
      const pending = waiting[chooseLane()].shift();
      if (pending) send(pending);
    }
  }

  function sendLater(atMs: number): void {
    isSendScheduled = true;
    timeline.at(atMs, () => {
      isSendScheduled = false;
      sendPending();
    });
  }

  function chooseLane(): Lane {
    if (waiting.inbound.length === 0) return 'status';
    if (waiting.status.length === 0) return 'inbound';
    return random() < 0.5 ? 'inbound' : 'status';
  }

  function send(pending: Pending): void {
    const { event, callback } = pending;
    inProgress += 1;
    pending.attempts += 1;
    const attempt = { event, callback, number: pending.attempts, signature: signing(event) };
    transport(attempt, (answer) => {
      inProgress -= 1;
      settle(pending, attempt, answer);
      sendPending();
    });
  }

  function settle(pending: Pending, attempt: Attempt, answer: Answer): void {
    const verdict = judgeAnswer(answer, pending.attempts, retries);
    options.onSettled(attempt, answer, verdict);
    if (verdict.kind === 'retry') {
      return timeline.at(timeline.nowMs() + verdict.delayMs, () => enqueue(pending));
    }
    open -= 1;
    if (open === 0) options.onFinished();
  }

  return {
    offer({ event, atMs }) {
      const callback = offered;
      offered += 1;
      open += 1;
      timeline.at(atMs, () => enqueue({ event, callback, attempts: 0 }));
    },
  };
}

/** The two queues of Sinch, for messages from people and for reports: no order across them. */
type Lane = 'inbound' | 'status';

const lanes: readonly Lane[] = ['inbound', 'status'];

const inboundTriggers: ReadonlySet<Trigger> = new Set([
  'MESSAGE_INBOUND',
  'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION',
  'EVENT_INBOUND',
  'UNSUPPORTED',
]);

export function laneOf(trigger: Trigger): Lane {
  return inboundTriggers.has(trigger) ? 'inbound' : 'status';
}
