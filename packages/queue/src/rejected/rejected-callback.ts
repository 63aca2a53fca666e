import type { RejectionCause, SignatureHeaders } from '@sinch-callbacks/core';

/** A request that was answered 401, as far as it is worth keeping. */
export interface RejectedCallback {
  readonly rawBody: Uint8Array;
  /** The signature headers that came. No others: cookies and credentials are not ours to keep. */
  readonly headers: Partial<SignatureHeaders>;
  readonly cause: RejectionCause;
  readonly receivedAt: Date;
}

/** A rejected callback as the store holds it. */
export interface KeptCallback {
  /** Sorts by the time of arrival. Letters, digits and `-`. */
  readonly id: string;
  readonly cause: string;
  readonly receivedAt: Date;
  readonly headers: Partial<SignatureHeaders>;
  /** Length of the body that came. */
  readonly bodyBytes: number;
  /** The exact bytes; absent where they were too many to keep. */
  readonly rawBody: Uint8Array | undefined;
}

/** How much the store holds at the most. Whatever comes, it never grows past these. */
export interface RejectedBounds {
  readonly maxEntries: number;
  /** Of all entries together, as they are stored. */
  readonly maxTotalBytes: number;
  readonly maxAgeMs: number;
  /** A longer body is not kept, only that it came. Sinch's are a few kilobytes. */
  readonly maxBodyBytes: number;
}

export const rejectedBounds: RejectedBounds = {
  maxEntries: 5_000,
  maxTotalBytes: 16 * 1024 * 1024,
  maxAgeMs: 7 * 24 * 3600 * 1000,
  maxBodyBytes: 64 * 1024,
};

/**
 * Whether another secret, or another clock, could make this request pass. What nobody can ever
 * verify has to go first when room runs out: else anybody who can reach the address could push
 * out real callbacks without even pretending a signature.
 */
export function couldVerifyLater(cause: RejectionCause): boolean {
  switch (cause) {
    case 'signature-mismatch':
    case 'stale-timestamp':
    case 'future-timestamp':
      return true;
    case 'missing-signature-headers':
    case 'malformed-signature-headers':
    case 'unsupported-algorithm':
      return false;
  }
}
