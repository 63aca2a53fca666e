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

/** One request. */
export interface Attempt {
  readonly event: PlannedEvent;
  /** Which callback it is a try of, from 0: copies of an event are callbacks of their own. */
  readonly callback: number;
  /** From 1. */
  readonly number: number;
  readonly signature: SignatureFacts;
}

/** Sends one request and calls back once, later, whatever comes of it. */
export type Transport = (attempt: Attempt, settle: (answer: Answer) => void) => void;

export interface DeliveryOptions {
  readonly timeline: Timeline;
  readonly transport: Transport;
  readonly signing: Signing;
  /** Decides which lane is next where both have something. */
  readonly random: Random;
  /** Of the timeline's seconds. */
  readonly rate: Rate;
  readonly retries: RetryRules;
  /** Requests under way at once. */
  readonly concurrency: number;
  readonly onSettled: (attempt: Attempt, answer: Answer, verdict: Verdict) => void;
  /** Every callback has been acknowledged, lost or given up. */
  readonly onFinished: () => void;
}

interface Pending {
  readonly event: PlannedEvent;
  readonly callback: number;
  attempts: number;
}

/**
 * Delivers callbacks by Sinch's rules: at least once, in no order, not faster than the rate,
 * again after 5xx, 429 and no answer, never again after any other answer.
 *
 * Each callback waits for its time, then in its lane for a permit, then for an answer; a retry
 * goes back to waiting for its time. A pure state machine: time, chance and the wire are given.
 */
export function deliver(offers: readonly Offer[], options: DeliveryOptions): void {
  const { timeline, transport, signing, random, retries, concurrency } = options;
  const rateLimit = createRateLimit(options.rate);
  const waiting: Record<Lane, Pending[]> = { inbound: [], status: [] };
  let underWay = 0;
  let open = offers.length;
  let isAskedForLater = false;

  function enqueue(pending: Pending): void {
    waiting[laneOf(pending.event.trigger)].push(pending);
    sendWhatMayGo();
  }

  function sendWhatMayGo(): void {
    if (isAskedForLater) return;
    while (underWay < concurrency && lanes.some((lane) => waiting[lane].length > 0)) {
      if (!rateLimit.take(timeline.nowMs())) return sendLater(rateLimit.nextAtMs());
      const pending = waiting[chooseLane()].shift();
      if (pending) send(pending);
    }
  }

  function sendLater(atMs: number): void {
    isAskedForLater = true;
    timeline.at(atMs, () => {
      isAskedForLater = false;
      sendWhatMayGo();
    });
  }

  function chooseLane(): Lane {
    if (waiting.inbound.length === 0) return 'status';
    if (waiting.status.length === 0) return 'inbound';
    return random() < 0.5 ? 'inbound' : 'status';
  }

  function send(pending: Pending): void {
    const { event, callback } = pending;
    underWay += 1;
    pending.attempts += 1;
    const attempt = { event, callback, number: pending.attempts, signature: signing(event) };
    transport(attempt, (answer) => {
      underWay -= 1;
      settle(pending, attempt, answer);
      sendWhatMayGo();
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

  for (const [callback, { event, atMs }] of offers.entries()) {
    timeline.at(atMs, () => enqueue({ event, callback, attempts: 0 }));
  }
  if (open === 0) options.onFinished();
}

/** Sinch queues what comes from people and what it reports itself apart: no order across the two. */
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
