import { createHash } from 'node:crypto';
import {
  type RejectionCause,
  type SignatureHeaders,
  signatureHeaders,
} from '@sinch-callbacks/core';
import * as z from 'zod';

/** The part of a request answered with 401 that is kept. */
export interface RejectedCallback {
  readonly rawBody: Uint8Array;
  /** The signature headers that came. No others, since they may hold cookies and credentials. */
  readonly headers: Partial<SignatureHeaders>;
  readonly cause: RejectionCause;
  readonly receivedAt: Date;
}

/** A rejected callback in the store. */
export interface KeptCallback {
  /** Ids sort by the time of arrival. Letters, digits and `-`. */
  readonly id: string;
  readonly cause: string;
  readonly receivedAt: Date;
  readonly headers: Partial<SignatureHeaders>;
  /** The length of the body that came. */
  readonly bodyBytes: number;
  /** The exact bytes; absent where the body was too long to keep. */
  readonly rawBody: Uint8Array | undefined;
}

/** The limits of the store. It never exceeds them, whatever comes. */
export interface RejectedBounds {
  readonly maxEntries: number;
  /** The bytes of all entries together, as they are stored. */
  readonly maxTotalBytes: number;
  readonly maxAgeMs: number;
  /** Of a longer body only the length is kept. Sinch's bodies have a few kilobytes. */
  readonly maxBodyBytes: number;
}

export const rejectedBounds: RejectedBounds = {
  maxEntries: 5_000,
  maxTotalBytes: 16 * 1024 * 1024,
  maxAgeMs: 7 * 24 * 3600 * 1000,
  maxBodyBytes: 64 * 1024,
};

/**
 * Distinguishes requests that another secret or clock could verify from those that can never be
 * verified. The latter are dropped first when the store is full. Otherwise anyone who can reach the
 * address could push out real callbacks with requests that have no signature at all.
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

/** Longer than any valid header value, so that cutting there makes no value valid. */
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

/** Makes an id such as `20261123T180544123Z-9f86d081884c`: ids sort by time of arrival. */
export function rejectedId({ rawBody, headers, receivedAt }: RejectedCallback): string {
  const hash = createHash('sha256').update(rawBody).update(JSON.stringify(headers));
  return `${oldestIdAt(receivedAt)}-${hash.digest('hex').slice(0, digestLength)}`;
}

/** Makes the text that sorts before every id of a callback that came at `at` or later. */
export function oldestIdAt(at: Date): string {
  return at.toISOString().replaceAll(/[-:.]/g, '');
}

/**
 * Makes an entry's text, for Redis and Postgres alike. The body is base64, whatever it is: as JSON
 * text, hostile bytes would be escaped to six times their length.
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

/** Parses an entry's text. @throws ZodError or SyntaxError when `writeEntry` did not make it. */
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
