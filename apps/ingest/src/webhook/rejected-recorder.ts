import type { KeepOutcome, RejectedCallback, RejectedStore } from '@sinch-callbacks/queue';
import type { TokenBucket } from '../log/token-bucket.ts';

/** What became of a rejected callback, for the log. */
export interface Keeping {
  readonly keeping: KeepOutcome | 'over-rate' | 'failed';
  /** Why it failed, without hosts or credentials. */
  readonly keepingFailure?: string;
}

/** Keeps what was answered 401, as far as that goes without harm to anything else. */
export interface RejectedRecorder {
  /** Takes a turn, if the rate allows to keep one more callback. */
  tryAcquire(): boolean;
  /** Never throws, and takes no longer than the store's timeout. */
  keep(callback: RejectedCallback): Promise<Keeping>;
}

/** What Sinch sends one app by default, so that a wrong secret there is within it. */
export const keepingRate = { perSecond: 25, burst: 100 };
/** How much longer a 401 may take because the callback is kept first. */
export const keepingTimeoutMs = 1_000;

/**
 * A store that is slow or away changes no answer, and has its own connection, so that verified
 * callbacks do not wait behind it. The rate bounds what a flood of forgeries costs the server
 * behind, and how many of them are in hand here.
 */
export function createRejectedRecorder(
  store: Pick<RejectedStore, 'keep'>,
  bucket: TokenBucket,
): RejectedRecorder {
  return {
    tryAcquire: () => bucket.take(),
    async keep(callback) {
      try {
        return { keeping: await store.keep(callback) };
      } catch (error) {
        return { keeping: 'failed', keepingFailure: codeOf(error) };
      }
    },
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : error.name;
}
