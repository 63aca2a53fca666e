import { type KeyedBody, keyBody } from '../keyed-body.ts';
import { drawInteger, drawLog, type Random } from '../random.ts';
import { createSampleContext } from '../samples/sample-context.ts';
import { createEventTimeline } from './event-timeline.ts';

/** A callback that Sinch has to deliver. Copies of it share this object. */
export interface PlannedEvent extends KeyedBody {
  /** Which of the app's webhooks it goes to, from 0: each signs with a secret of its own. */
  readonly webhook: number;
  /** How long Sinch held it back between making it and first trying to deliver it. */
  readonly heldMs: number;
}

/** One callback on its way. */
export interface Offer {
  readonly event: PlannedEvent;
  /** When it is ready to be delivered, in milliseconds from the start. */
  readonly atMs: number;
}

/** What goes wrong on Sinch's side, each as a share of all callbacks from 0 to 1. */
export interface Faults {
  /** Delivered a second time, whatever became of the first. */
  readonly duplicates: number;
  /** Held back for seconds, so that later news comes first. */
  readonly disorder: number;
  /** Held back for minutes or hours. */
  readonly late: number;
}

export interface TrafficOptions {
  readonly seed: string;
  readonly startAt: Date;
  readonly messages: number;
  /** Between the beginnings of two messages. */
  readonly spacingMs: number;
  readonly webhooks: number;
  readonly faults: Faults;
}

export const usualFaults: Faults = { duplicates: 0.05, disorder: 0.1, late: 0.03 };

const secondMs = 1_000;
const minuteMs = 60_000;

/** A deterministic plan: the same options give the same bytes at the same times, in their order. */
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
