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
  /** One for each webhook of the plan. */
  readonly secrets: readonly string[];
  readonly seed: string;
  /** As the receiver sees it, by the real clock. */
  readonly rate: Rate;
  readonly retries: RetryRules;
  readonly retrySignature: RetrySignature;
  /** How many of Sinch's seconds pass in a real one: its waits shrink, the rate stays. */
  readonly compress: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Hears of every request and what came of it. */
  readonly onSettled?: (attempt: Attempt, answer: Answer, verdict: Verdict) => void;
}

/** Sinch at work. */
export interface SinchRun {
  /** What became of everything so far. */
  readonly tally: Tally;
  /** Resolves when nothing is left to do, or after `stop`. */
  readonly finished: Promise<void>;
  /** Interrupts what is under way and sends nothing more. */
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

/** New with each run: a seed says what is sent, and a nonce must never come twice by chance. */
function newNonce(): string {
  return ulid(Date.now(), secureRandom);
}
