import type { Outage } from './outage-tracker.ts';

/**
 * One outage of several parts, such as the queues of one server or the masters of a cluster: it is
 * over once each part that failed has answered again. Otherwise those that are well would end it
 * over and over.
 */
export function combineOutages(whole: Outage): () => Outage {
  const away = new Set<symbol>();
  return () => {
    const part = Symbol('part');
    return {
      failed(error) {
        away.add(part);
        whole.failed(error);
      },
      answered() {
        away.delete(part);
        if (away.size === 0) whole.answered();
      },
      awayMs: () => (away.has(part) ? whole.awayMs() : undefined),
    };
  };
}
