import type { CallbackEvent } from '@sinch-callbacks/core';
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel';
import type { CallbackProducer, EnqueueOutcome } from './producer.ts';

/** The failures in a row that open the circuit. */
const failuresToOpen = 3;
/** The time after which an open circuit lets one event try the main queue. */
const retryAfterMs = 2_000;

/**
 * Listeners for when events begin to go to the fallback, and when the main queue takes them again.
 */
export interface FallbackWatch {
  readonly onTurned: (reason: string) => void;
  readonly onReturned: () => void;
}

type MainOutcome = EnqueueOutcome | { readonly kind: 'spared'; readonly reason: string };

/**
 * Makes a producer that uses `fallback` while `main` is down or nearly full, so that Sinch still
 * gets its 200.
 *
 * After three failures in a row main is not used for two seconds. Then one event tries it, and the
 * others do not wait for the result. When the fallback fails, main is tried in any case.
 *
 * An event that `main` took without answering in time is queued twice, once on each. The event key
 * in the database absorbs the second. Workers have to read both.
 */
export function withFallback(
  main: CallbackProducer,
  fallback: CallbackProducer,
  watch?: FallbackWatch,
): CallbackProducer {
  const breaker = circuitBreaker(handleWhenResult(isUnavailable), {
    halfOpenAfter: retryAfterMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  });
  let hasFailed = false;
  let isTurned = false;

  async function tryMain(event: CallbackEvent): Promise<MainOutcome> {
    if (main.isNearlyFull()) return { kind: 'spared', reason: 'nearly-full' };
    // One event is trying it: cockatiel would make all others wait for the result.
    if (breaker.state === CircuitState.HalfOpen) return { kind: 'spared', reason: 'circuit-open' };
    if (breaker.state === CircuitState.Closed)
      return await reportToBreaker(await main.enqueue(event));
    try {
      return await breaker.execute(() => main.enqueue(event));
    } catch (error) {
      if (isBrokenCircuitError(error)) return { kind: 'spared', reason: 'circuit-open' };
      throw error;
    }
  }

  /** A success matters to the breaker only after a failure, so most events do not call it. */
  async function reportToBreaker(outcome: EnqueueOutcome): Promise<EnqueueOutcome> {
    const isFailure = isUnavailable(outcome);
    if (!isFailure && !hasFailed) return outcome;
    hasFailed = isFailure;
    if (breaker.state === CircuitState.Closed) await breaker.execute(() => outcome);
    return outcome;
  }

  async function tryMainAnyway(event: CallbackEvent): Promise<EnqueueOutcome> {
    const outcome = await main.enqueue(event);
    // Main is back early: isolating and releasing the breaker closes the circuit.
    if (outcome.kind === 'queued') breaker.isolate().dispose();
    return outcome;
  }

  function reportTurned(reason: string): void {
    if (!isTurned) watch?.onTurned(reason);
    isTurned = true;
  }

  function reportReturned(): void {
    if (isTurned) watch?.onReturned();
    isTurned = false;
  }

  async function enqueue(event: CallbackEvent): Promise<EnqueueOutcome> {
    const first = await tryMain(event);
    if (first.kind === 'queued') {
      reportReturned();
      return first;
    }
    const second = await fallback.enqueue(event);
    if (second.kind === 'queued') reportTurned(first.reason);
    if (second.kind === 'queued' || first.kind !== 'spared') return second;
    return await tryMainAnyway(event);
  }

  return {
    enqueue,
    async isReachable() {
      const [isMain, isFallback] = await Promise.all([main.isReachable(), fallback.isReachable()]);
      return isMain || isFallback;
    },
    isNearlyFull: () => main.isNearlyFull(),
    addAnswerCounts: async (counts) => await main.addAnswerCounts(counts),
    async close() {
      await Promise.all([main.close(), fallback.close()]);
    },
  };
}

function isUnavailable(outcome: unknown): boolean {
  return (
    typeof outcome === 'object' &&
    outcome !== null &&
    Reflect.get(outcome, 'kind') === 'unavailable'
  );
}
