import type { CallbackEvent } from './events/callback-event.ts';
import { boundedEntityId, eventKey } from './events/event-key.ts';
import { encodeRawBody, rawBodyText } from './events/raw-body.ts';
import { recognise } from './events/recognise.ts';
import type { Trigger } from './events/triggers.ts';
import {
  type ReadHeader,
  type SignatureFault,
  verifySignature,
} from './signature/verify-signature.ts';

export interface CallbackRequest {
  readonly rawBody: Uint8Array;
  readonly readHeader: ReadHeader;
  readonly receivedAt: Date;
}

export interface ReceiveSettings {
  /** Webhook secrets in order of preference; several during a rotation. */
  readonly secrets: readonly string[];
  readonly timestampToleranceSeconds: number;
  /**
   * The treatment of a valid signature whose timestamp is outside the tolerance, on either side.
   */
  readonly replayPolicy: 'absorb' | 'reject';
}

export type RejectionCause = SignatureFault | 'stale-timestamp' | 'future-timestamp';

export type ReceiveOutcome =
  /** Queue it, then answer 200. */
  | { readonly kind: 'verified'; readonly event: CallbackEvent }
  /**
   * 401: forged or misconfigured. `future-timestamp` is neither, since only the holder of the
   * secret can sign: 401 only where the callback is kept, and 503 otherwise.
   */
  | { readonly kind: 'rejected'; readonly cause: RejectionCause }
  /** 503, so that Sinch tries again: there is no secret to verify with. */
  | { readonly kind: 'unconfigured' };

/**
 * Turns a request into an event or a reason for refusal: it verifies, recognises, and makes the
 * key.
 *
 * Nothing is parsed before the signature holds. A timestamp outside the tolerance is flagged and
 * accepted by default. A late retry may be the only copy; a timestamp in the future means that our
 * own clock is behind. Sinch never repeats a 4xx.
 */
export function receive(request: CallbackRequest, settings: ReceiveSettings): ReceiveOutcome {
  if (settings.secrets.length === 0) return { kind: 'unconfigured' };
  const verdict = verifySignature(request.rawBody, request.readHeader, settings.secrets);
  if (verdict.kind === 'invalid') return { kind: 'rejected', cause: verdict.cause };

  const ageSeconds = request.receivedAt.getTime() / 1000 - verdict.timestampSeconds;
  const isStale = ageSeconds > settings.timestampToleranceSeconds;
  const isFuture = ageSeconds < -settings.timestampToleranceSeconds;
  if (settings.replayPolicy === 'reject') {
    if (isStale) return { kind: 'rejected', cause: 'stale-timestamp' };
    if (isFuture) return { kind: 'rejected', cause: 'future-timestamp' };
  }

  const rawBody = encodeRawBody(request.rawBody);
  const { trigger, entityId } = identify(rawBodyText(rawBody));
  const { timestampSeconds, nonce, secretPosition } = verdict;
  return {
    kind: 'verified',
    event: {
      key: eventKey(trigger, entityId, request.rawBody),
      trigger,
      entityId,
      rawBody,
      receivedAt: request.receivedAt.toISOString(),
      signature: {
        timestampSeconds,
        nonce,
        secretPosition,
        isStale,
        ...(isFuture && { isFuture }),
      },
    },
  };
}

function identify(bodyText: string): { trigger: Trigger; entityId: string | undefined } {
  const recognition = recognise(bodyText);
  switch (recognition.kind) {
    case 'known':
      return { trigger: recognition.trigger, entityId: recognition.entityId };
    case 'unknown':
      return { trigger: 'UNKNOWN', entityId: boundedEntityId(recognition.topLevelKeys.join('+')) };
    case 'unreadable':
      return { trigger: 'UNREADABLE', entityId: undefined };
  }
}
