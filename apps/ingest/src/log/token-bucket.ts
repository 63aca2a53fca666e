export interface TokenBucket {
  /** Takes a token if there is one. */
  take(): boolean;
}

export interface Rate {
  readonly perSecond: number;
  /** How many may come at once, after a pause. */
  readonly burst: number;
}

/** Full at first, and refilled with time alone: an instance that was frozen wakes up with its tokens. */
export function createTokenBucket({ perSecond, burst }: Rate, nowMs: () => number): TokenBucket {
  let tokens = burst;
  let filledAt = nowMs();
  return {
    take() {
      const now = nowMs();
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
