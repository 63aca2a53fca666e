import { dependencyLost, type Logger } from '@sinch-callbacks/telemetry';

/** A broken connection reports itself at every attempt to mend it; one line in so long is enough. */
const quietMs = 10_000;

/** Hears of every connection error of every queue, and logs the first of each spell. */
export function watchQueueConnection(logger: Logger, now: () => number): (error: Error) => void {
  let lastLoggedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (now() - lastLoggedAt < quietMs) return;
    lastLoggedAt = now();
    dependencyLost(logger, { dependency: 'queue', error });
  };
}
