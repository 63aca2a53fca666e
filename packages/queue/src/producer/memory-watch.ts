import { type MemoryUse, memoryShare } from '../inspect/redis-info.ts';

/** The memory use of a Redis, read in the background so that no event waits for it. */
export interface MemoryWatch {
  /**
   * Reads the memory use where the last reading is old, and returns at once. Calls drive it and
   * not a timer: a frozen instance goes on as before, and an idle one reads nothing.
   */
  refresh(read: () => Promise<MemoryUse>): void;
  isNearlyFull(): boolean;
}

/** From this share on, Redis is nearly full … */
const highWater = 0.9;
/** … until it is below this one, so that small changes do not switch back and forth. */
const lowWater = 0.85;
const readEveryMs = 5_000;
/** An older reading counts for nothing: then Redis itself has to refuse an event. */
const validForMs = 30_000;

export function createMemoryWatch(now: () => number): MemoryWatch {
  let askedAt = Number.NEGATIVE_INFINITY;
  let asked = 0;
  let answered = 0;
  /** The time of the question, not of the answer: the process may be frozen in between. */
  let knownAt = Number.NEGATIVE_INFINITY;
  let wasNearlyFull = false;

  async function ask(read: () => Promise<MemoryUse>, at: number): Promise<void> {
    const number = (asked += 1);
    try {
      const share = memoryShare(await read());
      // Compares by order and not by time: the clock may be set back in between.
      if (number < answered) return;
      answered = number;
      knownAt = at;
      wasNearlyFull = share >= (wasNearlyFull ? lowWater : highWater);
    } catch {
      // If the read fails, Redis is down; the next enqueue detects it.
    }
  }

  return {
    refresh(read) {
      const at = now();
      if (Math.abs(at - askedAt) < readEveryMs) return;
      askedAt = at;
      void ask(read, at);
    },
    isNearlyFull() {
      const ageMs = now() - knownAt;
      // Below 0 after the clock was set back: then the age of the reading is unknown.
      return wasNearlyFull && ageMs >= 0 && ageMs < validForMs;
    },
  };
}
