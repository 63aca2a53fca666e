import { createHash } from 'node:crypto';
import {
  type RejectionCause,
  type SignatureHeaders,
  signatureHeaders,
} from '@sinch-callbacks/core';
import * as z from 'zod';

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

/** Longer than any header value that can verify, so that cutting there makes none valid. */
const maxHeaderLength = 256;
const digestLength = 12;

const storedEntry = z.object({
  cause: z.string(),
  receivedAt: z.iso.datetime().transform((text) => new Date(text)),
  headers: z.object({
    [signatureHeaders.signature]: z.string().optional(),
    [signatureHeaders.timestamp]: z.string().optional(),
    [signatureHeaders.nonce]: z.string().optional(),
    [signatureHeaders.algorithm]: z.string().optional(),
  }),
  bodyBytes: z.number().int().min(0),
  body: z.base64().optional(),
});

/** `20261123T180544123Z-9f86d081884c`: ids sort as the callbacks came. */
export function rejectedId({ rawBody, headers, receivedAt }: RejectedCallback): string {
  const hash = createHash('sha256').update(rawBody).update(JSON.stringify(headers));
  return `${oldestIdAt(receivedAt)}-${hash.digest('hex').slice(0, digestLength)}`;
}

/** Sorts before every id of a callback that came at that time or later. */
export function oldestIdAt(at: Date): string {
  return at.toISOString().replaceAll(/[-:.]/g, '');
}

/**
 * The entry as text that Redis and Postgres both carry. The body goes as base64, whatever it
 * is: escaped as JSON text, hostile bytes would take six times their room.
 */
export function writeEntry(callback: RejectedCallback, maxBodyBytes: number): string {
  const { rawBody, cause, receivedAt } = callback;
  const headers = Object.entries(callback.headers).map(
    ([name, value]) => [name, value.slice(0, maxHeaderLength)] as const,
  );
  const fits = rawBody.byteLength <= maxBodyBytes;
  return JSON.stringify({
    cause,
    receivedAt: receivedAt.toISOString(),
    headers: Object.fromEntries(headers),
    bodyBytes: rawBody.byteLength,
    ...(fits && { body: Buffer.from(rawBody).toString('base64') }),
  });
}

/** @throws ZodError or SyntaxError when the text is not one of `writeEntry`'s. */
export function readEntry(id: string, text: string): KeptCallback {
  const { body, ...facts } = storedEntry.parse(JSON.parse(text));
  const { headers, ...rest } = facts;
  return {
    id,
    ...rest,
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    rawBody: body === undefined ? undefined : Buffer.from(body, 'base64'),
  };
}
