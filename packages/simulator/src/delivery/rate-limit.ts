export interface Rate {
  readonly perSecond: number;
  /** So many may come at once after a pause. */
  readonly burst: number;
}

export interface RateLimit {
  /** Takes a permit, if there is one. */
  take(nowMs: number): boolean;
  /** When the next permit is there, if none is taken before. */
  nextAtMs(): number;
}

/**
 * A token bucket that starts full: no stretch of time of any length `t` sees more than
 * `burst + perSecond × t` permits. Kept as the instant at which the bucket would be full again,
 * so that nothing is rounded away.
 */
export function createRateLimit({ perSecond, burst }: Rate): RateLimit {
  const intervalMs = 1_000 / perSecond;
  const slackMs = (burst - 1) * intervalMs;
  let fullAgainMs = 0;
  const nextAtMs = () => fullAgainMs - slackMs;
  return {
    take(nowMs) {
      if (nowMs < nextAtMs()) return false;
      fullAgainMs = Math.max(fullAgainMs, nowMs) + intervalMs;
      return true;
    },
    nextAtMs,
  };
}
