/**
 * The rows that a sender has claimed, with the times at which Postgres was asked to hold them. Once
 * a hold may have run out, others take the row for lost, and it may be sent again.
 */
export interface HeldMessages {
  /** Reads the clocks. Call it before the statement that claims or extends: it may take long. */
  now(): Instant;
  /** Notes rows that were claimed, or whose holds were extended. */
  held(ids: Iterable<string>, since: Instant): void;
  /** False where the hold has run out, or is about to. */
  isHeld(id: string): boolean;
  forget(id: string): void;
}

/** One moment on two clocks. */
export interface Instant {
  readonly steadyMs: number;
  readonly wallMs: number;
}

/**
 * A hold counts for this share of its time. The rest is for the request to leave, and for clocks
 * that do not run equally fast.
 */
const usableShare = 0.75;

/**
 * @param readClocks the steady clock stands still while a virtual machine is paused, and the wall
 *   clock may be set back: the one that has gone further counts.
 */
export function createHeldMessages(holdMs: number, readClocks = systemClocks): HeldMessages {
  const since = new Map<string, Instant>();
  return {
    now: readClocks,
    held(ids, at) {
      for (const id of ids) since.set(id, at);
    },
    isHeld(id) {
      const at = since.get(id);
      if (at === undefined) return false;
      const { steadyMs, wallMs } = readClocks();
      return Math.max(steadyMs - at.steadyMs, wallMs - at.wallMs) < holdMs * usableShare;
    },
    forget: (id) => void since.delete(id),
  };
}

const systemClocks = (): Instant => ({ steadyMs: performance.now(), wallMs: Date.now() });
