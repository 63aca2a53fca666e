import {
  createRandom,
  drawInteger,
  keyBody,
  type Offer,
  planTraffic,
  type Random,
  type RetrySignature,
} from '@sinch-callbacks/simulator';
import type { Round } from './plan-rounds.ts';

/** The callbacks that flow around one fault. */
export interface Wave {
  readonly seed: string;
  readonly offers: readonly Offer[];
  /** Keys of events that cannot be applied, so they must end as dead letters. */
  readonly poisonKeys: readonly string[];
  readonly retrySignature: RetrySignature;
}

/**
 * The number of Sinch's seconds in a real one. Its first wait is then 125 ms, and its 15 tries take
 * 34 minutes.
 */
export const compress = 40;
const webhooks = 2;

const perSecond = 60;
const tailMs = 1_500;
const callbacksPerMessage = 3.5;
const spacingMs = 2_000;
const faults = { duplicates: 0.08, disorder: 0.2, late: 0.05 };
const startAt = new Date('2026-01-15T09:00:00Z');

/**
 * Plans realistic traffic from before the fault until after it. It keeps Sinch's order, with late
 * and doubled callbacks, but not its pauses: callbacks come at an even rate.
 */
export function planWave(runSeed: string, round: Round): Wave {
  const seed = `${runSeed} round ${round.number}`;
  const random = createRandom(`${seed} poison`);
  const lastsMs = round.leadMs + round.holdMs + tailMs;
  const messages = Math.max(20, Math.round((lastsMs * perSecond) / 1_000 / callbacksPerMessage));
  const planned = planTraffic({ seed, startAt, messages, spacingMs, webhooks, faults });
  const { poisoned, poisonKeys } = poison(planned, random);
  const gapMs = (1_000 / perSecond) * compress;
  return {
    seed,
    offers: poisoned.map(({ event }, index) => ({ event, atMs: Math.round(index * gapMs) })),
    poisonKeys,
    retrySignature: round.number % 2 === 0 ? 'keep' : 'renew',
  };
}

/** Adds a few bodies that end in the middle, as in a truncated request. */
function poison(
  offers: readonly Offer[],
  random: Random,
): { poisoned: Offer[]; poisonKeys: string[] } {
  const poisoned = [...offers];
  const poisonKeys: string[] = [];
  for (let left = drawInteger(random, 1, 2); left > 0; left -= 1) {
    const place = drawInteger(random, 0, offers.length - 1);
    const like = offers[place];
    if (like === undefined) continue;
    const { body } = like.event;
    const cut = body.slice(0, drawInteger(random, 20, body.length - 1)).toWellFormed();
    const event = { ...like.event, ...keyBody(cut) };
    poisoned.splice(place, 0, { ...like, event });
    poisonKeys.push(event.key);
  }
  return { poisoned, poisonKeys };
}
