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
