/** An app's queue of messages to its channels. */
export interface OutboundQueue {
  /** Takes a place. Returns the time until the message is sent on, or `undefined` when full. */
  take(): number | undefined;
  size(): number;
}

/**
 * Creates a queue that is drained evenly. Its state is one instant.
 * @param now the time in ms, by the machine's clock unless it is given.
 */
export function createOutboundQueue(
  limit: number,
  perSecond: number,
  now = () => performance.now(),
): OutboundQueue {
  const intervalMs = 1_000 / perSecond;
  let emptyAtMs = 0;
  const size = () => Math.max(0, Math.ceil((emptyAtMs - now()) / intervalMs - 1e-6));
  return {
    take() {
      if (size() >= limit) return undefined;
      const nowMs = now();
      const waitMs = Math.max(0, emptyAtMs - nowMs);
      emptyAtMs = nowMs + waitMs + intervalMs;
      return waitMs;
    },
    size,
  };
}
