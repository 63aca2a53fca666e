import type { CallbackEvent } from '@sinch-callbacks/core';
import type { SignatureSeen } from '@sinch-callbacks/telemetry';

/** For telling which secrets are still in use. The worker sees every event; ingest forgets its own. */
export function signatureSeen({ signature, receivedAt }: CallbackEvent): SignatureSeen {
  if (signature === undefined) return { receivedAt };
  const { secretPosition, isStale, isFuture } = signature;
  return { secretPosition, stale: isStale, future: isFuture, receivedAt };
}
