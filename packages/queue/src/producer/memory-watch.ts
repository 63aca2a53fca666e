import { type MemoryUse, memoryShare } from '../inspect/redis-info.ts';

/** Knows whether a Redis is nearly full, without making anybody wait for it. */
export interface MemoryWatch {
  /**
   * Asks when it is time to, and comes back at once. Driven by calls and not by a timer: an
   * instance that was frozen goes on as if nothing had been, and one without work asks nothing.
   */
  look(read: () => Promise<MemoryUse>): void;
  isNearlyFull(): boolean;
}

/** From this share on, events had better go elsewhere … */
const highWater = 0.9;
/** … until it is below this one: in between nothing changes, so that it does not waver. */
const lowWater = 0.85;
const askEveryMs = 5_000;
/** An older answer says nothing: then Redis itself has to say that it is full. */
const validForMs = 30_000;

export function createMemoryWatch(now: () => number): MemoryWatch {
  let askedAt = Number.NEGATIVE_INFINITY;
  let asked = 0;
  let answered = 0;
  /** When the answer was asked for, not when it was read: a freeze may lie in between. */
  let knownAt = Number.NEGATIVE_INFINITY;
  let wasNearlyFull = false;

  async function ask(read: () => Promise<MemoryUse>, at: number): Promise<void> {
    const number = (asked += 1);
    try {
      const share = memoryShare(await read());
      // By their order and not by time: a clock may be set back in between.
      if (number < answered) return;
      answered = number;
      knownAt = at;
      wasNearlyFull = share >= (wasNearlyFull ? lowWater : highWater);
    } catch {
      // Who cannot tell is away, which the next event notices.
    }
  }

  return {
    look(read) {
      const at = now();
      if (Math.abs(at - askedAt) < askEveryMs) return;
      askedAt = at;
      void ask(read, at);
    },
    isNearlyFull() {
      const ageMs = now() - knownAt;
      // Below 0 after the clock was set back: then the age of the answer is unknown.
      return wasNearlyFull && ageMs >= 0 && ageMs < validForMs;
    },
  };
}
