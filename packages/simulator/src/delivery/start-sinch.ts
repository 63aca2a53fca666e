import { createRandom, secureRandom, ulid } from '../random.ts';
import type { Offer } from '../traffic/plan-traffic.ts';
import { type Attempt, deliver } from './deliver.ts';
import {
  type Answer,
  createSigning,
  type Rate,
  type RetryRules,
  type RetrySignature,
  type Verdict,
} from './delivery-rules.ts';
import { createHttpTransport } from './http-transport.ts';
import { createRealTimeline } from './real-timeline.ts';
import { createTally, type Tally } from './tally.ts';

export interface SinchOptions {
  /** The webhook's full address. */
  readonly url: string;
  /** A secret for each webhook of the plan. */
  readonly secrets: readonly string[];
  readonly seed: string;
  /** The rate by the real clock, as the receiver sees it. */
  readonly rate: Rate;
  readonly retries: RetryRules;
  readonly retrySignature: RetrySignature;
  /** The number of Sinch's seconds in a real one: waits get shorter, the rate stays. */
  readonly compress: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Called with every request and its result. */
  readonly onSettled?: (attempt: Attempt, answer: Answer, verdict: Verdict) => void;
}

/** A delivery in progress. */
export interface SinchRun {
  /** The counts so far. */
  readonly tally: Tally;
  /** Resolves when every callback is settled, or after `stop`. */
  readonly finished: Promise<void>;
  /** Aborts the requests in progress and sends nothing more. */
  stop(): void;
}

/** Delivers a plan over HTTP as Sinch does. */
export function startSinch(offers: readonly Offer[], options: SinchOptions): SinchRun {
  const { url, secrets, seed, retries, compress, retrySignature, concurrency, timeoutMs } = options;
  const timeline = createRealTimeline({ compress });
  const stopping = new AbortController();
  const tally = createTally(offers);
  const finished = Promise.withResolvers<void>();
  const wallClock = () => new Date();

  deliver(offers, {
    timeline,
    transport: createHttpTransport({ url, secrets, timeoutMs, signal: stopping.signal }),
    signing: createSigning({ retrySignature, newNonce, wallClock }),
    random: createRandom(`${seed} lanes`),
    rate: { ...options.rate, perSecond: options.rate.perSecond / compress },
    retries,
    concurrency,
    onSettled(attempt, answer, verdict) {
      tally.record(attempt, answer, verdict);
      options.onSettled?.(attempt, answer, verdict);
    },
    onFinished: finished.resolve,
  });
  return {
    tally,
    finished: finished.promise,
    stop() {
      timeline.stop();
      stopping.abort();
      finished.resolve();
    },
  };
}

/** Returns a random nonce, which does not follow from the seed: two runs must not share one. */
function newNonce(): string {
  return ulid(Date.now(), secureRandom);
}
