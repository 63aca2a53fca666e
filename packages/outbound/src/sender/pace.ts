/** An even rate of sends: tokens that fill up over time. */
export interface Pace {
  /** The sends that may begin now. */
  available(): number;
  /** Takes the tokens of sends that begin. */
  take(count: number): void;
}

/** After a pause no more than the sends of this time begin at once. */
const burstMs = 250;

/**
 * @param perSecond sends a second.
 * @param now a clock in milliseconds that never goes back.
 */
export function createPace(perSecond: number, now = () => performance.now()): Pace {
  const most = Math.max(1, (perSecond * burstMs) / 1_000);
  let tokens = most;
  let filledAtMs = now();

  function fill(): void {
    const atMs = now();
    tokens = Math.min(most, tokens + ((atMs - filledAtMs) * perSecond) / 1_000);
    filledAtMs = atMs;
  }

  return {
    available() {
      fill();
      return Math.floor(tokens);
    },
    take(count) {
      fill();
      tokens -= count;
    },
  };
}
