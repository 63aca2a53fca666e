import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel';
import type { CallbackProducer, EnqueueOutcome } from './producer.ts';

/** Failures in a row after which the main queue is left alone for a while. */
const failuresToOpen = 3;
/** Then one event at a time tries whether it is back. */
const retryAfterMs = 2_000;

/**
 * A producer that turns to `fallback` while `main` is away, so that Sinch still gets its 200.
 *
 * An event that `main` took without being able to say so is queued twice, once on each; the
 * event key in the database absorbs the second. Workers have to read both.
 */
export function withFallback(main: CallbackProducer, fallback: CallbackProducer): CallbackProducer {
  const breaker = circuitBreaker(handleWhenResult(isUnavailable), {
    halfOpenAfter: retryAfterMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  });

  async function tryMain(enqueue: () => Promise<EnqueueOutcome>): Promise<EnqueueOutcome> {
    try {
      return await breaker.execute(enqueue);
    } catch (error) {
      if (error instanceof BrokenCircuitError)
        return { kind: 'unavailable', reason: 'circuit-open' };
      throw error;
    }
  }

  return {
    async enqueue(event) {
      const outcome = await tryMain(async () => await main.enqueue(event));
      return outcome.kind === 'queued' ? outcome : await fallback.enqueue(event);
    },
    async isReachable() {
      return (await main.isReachable()) || (await fallback.isReachable());
    },
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
