import type { CallbackEvent } from '@sinch-callbacks/core';
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel';
import type { CallbackProducer, EnqueueOutcome } from './producer.ts';

/** Failures in a row after which the main queue is left alone for a while. */
const failuresToOpen = 3;
/** Then one event at a time tries whether it is back. */
const retryAfterMs = 2_000;

/** Hears when events begin to go to the fallback, and when the main queue takes them again. */
export interface FallbackWatch {
  readonly onTurned: (reason: string) => void;
  readonly onReturned: () => void;
}

type MainOutcome = EnqueueOutcome | { readonly kind: 'spared'; readonly reason: string };

/**
 * A producer that turns to `fallback` while `main` is away or nearly full, so that Sinch still
 * gets its 200.
 *
 * Three failures in a row, and main is spared for two seconds; then one event tries it, and the
 * others do not wait for that. When the fallback fails, main is tried all the same.
 *
 * An event that `main` took without being able to say so is queued twice, once on each; the
 * event key in the database absorbs the second. Workers have to read both.
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
    // One event is testing it: cockatiel would have all others wait for the result.
    const isTried = breaker.state === CircuitState.HalfOpen;
    if (isTried) return { kind: 'spared', reason: 'circuit-open' };
    if (breaker.state === CircuitState.Closed) return await tellBreaker(await main.enqueue(event));
    try {
      return await breaker.execute(() => main.enqueue(event));
    } catch (error) {
      if (isBrokenCircuitError(error)) return { kind: 'spared', reason: 'circuit-open' };
      throw error;
    }
  }

  /** What goes well is news to it only after a failure, so most events need not pass through it. */
  async function tellBreaker(outcome: EnqueueOutcome): Promise<EnqueueOutcome> {
    const isFailure = isUnavailable(outcome);
    if (!isFailure && !hasFailed) return outcome;
    hasFailed = isFailure;
    if (breaker.state === CircuitState.Closed) await breaker.execute(() => outcome);
    return outcome;
  }

  async function tryMainAfterAll(event: CallbackEvent): Promise<EnqueueOutcome> {
    const outcome = await main.enqueue(event);
    // It is back before its time: those two together close the circuit.
    if (outcome.kind === 'queued') breaker.isolate().dispose();
    return outcome;
  }

  function noteTurned(reason: string): void {
    if (!isTurned) watch?.onTurned(reason);
    isTurned = true;
  }

  function noteReturned(): void {
    if (isTurned) watch?.onReturned();
    isTurned = false;
  }

  async function enqueue(event: CallbackEvent): Promise<EnqueueOutcome> {
    const first = await tryMain(event);
    if (first.kind === 'queued') {
      noteReturned();
      return first;
    }
    const second = await fallback.enqueue(event);
    if (second.kind === 'queued') noteTurned(first.reason);
    if (second.kind === 'queued' || first.kind !== 'spared') return second;
    return await tryMainAfterAll(event);
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
