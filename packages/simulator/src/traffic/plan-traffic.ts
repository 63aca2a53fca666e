import { type KeyedBody, keyBody } from '../keyed-body.ts';
import { drawInteger, drawLog, type Random } from '../random.ts';
import { createSampleContext } from '../samples/sample-context.ts';
import { createEventTimeline } from './event-timeline.ts';

/** A callback that Sinch has to deliver. Copies of it share this object. */
export interface PlannedEvent extends KeyedBody {
  /** The number of its webhook, from 0: each webhook has its own secret. */
  readonly webhook: number;
  /** The time between its creation and its first try. */
  readonly heldMs: number;
}

/** A callback with the time at which it is ready. */
export interface Offer {
  readonly event: PlannedEvent;
  /** The time at which it is ready to be delivered, in milliseconds from the start. */
  readonly atMs: number;
}

/** Faults on Sinch's side, each as a share of all callbacks from 0 to 1. */
export interface Faults {
  /** Callbacks that are delivered a second time, also after an acknowledgement. */
  readonly duplicates: number;
  /** Callbacks that are held back for seconds, so that later ones come first. */
  readonly disorder: number;
  /** Callbacks that are held back for minutes or hours. */
  readonly late: number;
}

export interface TrafficOptions {
  readonly seed: string;
  readonly startAt: Date;
  readonly messages: number;
  /** The time between the starts of two messages. */
  readonly spacingMs: number;
  readonly webhooks: number;
  readonly faults: Faults;
}

export const usualFaults: Faults = { duplicates: 0.05, disorder: 0.1, late: 0.03 };

const secondMs = 1_000;
const minuteMs = 60_000;

/** Plans callbacks in time order; the same options give the same bytes at the same times. */
export function planTraffic(options: TrafficOptions): Offer[] {
  const { seed, startAt, messages, spacingMs, webhooks, faults } = options;
  const context = createSampleContext(seed, startAt);
  const { random } = context;
  const startAtMs = startAt.getTime();
  const offers = createEventTimeline(context, startAtMs, messages, spacingMs).flatMap(
    ({ atMs, body }, index) => {
      const heldMs = drawHold(random, faults);
      const event = { ...keyBody(JSON.stringify(body)), webhook: index % webhooks, heldMs };
      const readyMs = atMs - startAtMs + drawInteger(random, 20, 200) + heldMs;
      const offer: Offer = { event, atMs: readyMs };
      if (random() >= faults.duplicates) return [offer];
      return [offer, { event, atMs: readyMs + drawLog(random, 50, minuteMs) }];
    },
  );
  return offers.toSorted((one, other) => one.atMs - other.atMs);
}

function drawHold(random: Random, { disorder, late }: Faults): number {
  const draw = random();
  if (draw < late) return drawLog(random, 2 * minuteMs, 180 * minuteMs);
  if (draw < late + disorder) return drawLog(random, secondMs, 30 * secondMs);
  return 0;
}
