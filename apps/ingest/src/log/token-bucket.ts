export interface TokenBucket {
  /** Takes a token if there is one. */
  take(): boolean;
}

export interface Rate {
  readonly perSecond: number;
  /** Tokens that may be taken at once, after a pause. */
  readonly burst: number;
}

/** Creates a full bucket, which only time refills: after a freeze an instance has its tokens. */
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
