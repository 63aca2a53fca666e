import type { KeepOutcome, RejectedCallback, RejectedStore } from '@sinch-callbacks/queue';
import type { TokenBucket } from '../log/token-bucket.ts';

/** The outcome of storing a rejected callback, under the names that its log line has. */
export interface SaveOutcome {
  readonly keeping: KeepOutcome | 'over-rate' | 'failed';
  /** The error's code, without hosts or credentials. */
  readonly keepingFailure?: string;
}

/** Stores callbacks that get a 401, within bounds that protect all other requests. */
export interface RejectedRecorder {
  /** Takes a token, if the rate allows to store one more callback. */
  tryAcquire(): boolean;
  /** Never throws, and takes no longer than the store's timeout. */
  keep(callback: RejectedCallback): Promise<SaveOutcome>;
}

/** Sinch's default rate for one app, so that all callbacks under a wrong secret are stored. */
export const keepingRate = { perSecond: 25, burst: 100 };
/** The longest time for which a 401 waits while its callback is stored. */
export const keepingTimeoutMs = 1_000;

/**
 * Creates a recorder on a store. A store that is slow or down changes no answer, and has its own
 * connection, so that verified callbacks do not wait behind it. The rate bounds the load of a flood
 * of forgeries on the store's server, and their number in this process.
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
