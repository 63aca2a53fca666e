import type { PlannedEvent } from '../traffic/plan-traffic.ts';

/** What a signature takes besides body and secret. */
export interface SignatureFacts {
  readonly nonce: string;
  readonly timestampSeconds: number;
}

/**
 * Which of these Sinch does is not known. `keep`: a callback is signed once, when it is made, and every
 * try and copy repeats that signature. `renew`: each request is signed when it is sent.
 */
export type RetrySignature = 'keep' | 'renew';

export interface SigningOptions {
  readonly retrySignature: RetrySignature;
  readonly newNonce: () => string;
  /** The receiver's clock is real, and so is this one. */
  readonly wallClock: () => Date;
}

/** Gives the facts for the next request of an event. */
export type Signing = (event: PlannedEvent) => SignatureFacts;

/**
 * A signature that is kept is as old, at its first try, as Sinch held the callback back: hours,
 * for a late one, by the real clock, whatever the compression.
 */
export function createSigning({ retrySignature, newNonce, wallClock }: SigningOptions): Signing {
  const kept = new Map<string, SignatureFacts>();
  const sign = (ageMs: number): SignatureFacts => ({
    nonce: newNonce(),
    timestampSeconds: Math.floor((wallClock().getTime() - ageMs) / 1_000),
  });
  return (event) => {
    if (retrySignature === 'renew') return sign(0);
    const facts = kept.get(event.key) ?? sign(event.heldMs);
    kept.set(event.key, facts);
    return facts;
  };
}
