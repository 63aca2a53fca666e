import { hmacSha256 } from './hmac-sha256.ts';

export interface CallbackToSign {
  readonly rawBody: Uint8Array | string;
  /** The webhook's secret. Its UTF-8 bytes are the key; it is never base64-decoded. */
  readonly secret: string;
  readonly nonce: string;
  /** Unix time in seconds, UTC. */
  readonly timestampSeconds: number;
}

/** Returns the four headers that Sinch would send with this body. */
export function signCallback(callback: CallbackToSign): SignatureHeaders {
  const timestamp = String(callback.timestampSeconds);
  const digest = computeSignature(callback.rawBody, callback.nonce, timestamp, callback.secret);
  return {
    [signatureHeaders.signature]: digest.toString('base64'),
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.nonce]: callback.nonce,
    [signatureHeaders.algorithm]: signatureAlgorithm,
  };
}

/**
 * Computes HMAC-SHA256 over `raw body + "." + nonce + "." + timestamp`, 32 bytes. The bytes are
 * hashed as received; nothing is re-serialised.
 */
export function computeSignature(
  rawBody: Uint8Array | string,
  nonce: string,
  timestamp: string,
  secret: string,
): Buffer {
  return hmacSha256(secret, rawBody, `.${nonce}.${timestamp}`);
}

/**
 * The headers that Sinch adds to a callback of a webhook that has a secret.
 * A webhook without a secret sends none of them.
 */
export const signatureHeaders = {
  signature: 'x-sinch-webhook-signature',
  timestamp: 'x-sinch-webhook-signature-timestamp',
  nonce: 'x-sinch-webhook-signature-nonce',
  algorithm: 'x-sinch-webhook-signature-algorithm',
} as const;

/** The only algorithm Sinch documents. The hash is never taken from the request. */
export const signatureAlgorithm = 'HmacSHA256';

export type SignatureHeaderName = (typeof signatureHeaders)[keyof typeof signatureHeaders];

/** Signature headers by name, as a sender writes them. */
export type SignatureHeaders = Record<SignatureHeaderName, string>;
