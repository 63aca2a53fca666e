import { timingSafeEqual } from 'node:crypto';
import { computeSignature, signatureAlgorithm, signatureHeaders } from './sign-callback.ts';

/** Reads one request header by its lower-case name; `null` or `undefined` when absent. */
export type ReadHeader = (name: string) => string | null | undefined;

export type SignatureFault =
  | 'missing-signature-headers'
  | 'unsupported-algorithm'
  | 'malformed-signature-headers'
  | 'signature-mismatch';

export type SignatureVerdict =
  | {
      readonly kind: 'valid';
      /** Index of the configured secret that signed it, from 0. */
      readonly secretPosition: number;
      readonly timestampSeconds: number;
      readonly nonce: string;
    }
  | { readonly kind: 'invalid'; readonly cause: SignatureFault };

const signaturePattern = /^[A-Za-z0-9+/]{43}=$/;
const timestampPattern = /^\d{1,12}$/;
const noncePattern = /^[\x21-\x7e]{1,128}$/;

/** Values of the headers, before anything of the body is read. */
type SignatureClaim =
  | {
      readonly kind: 'claimed';
      /** The signature in base64. */
      readonly signature: string;
      readonly timestamp: string;
      readonly nonce: string;
    }
  | { readonly kind: 'invalid'; readonly cause: SignatureFault };

/**
 * Finds the reason why no body could match these headers; `undefined` where one could. A server can
 * thus refuse before it reads a body. The answer reveals nothing of a secret, since none is used.
 */
export function findHeaderFault(readHeader: ReadHeader): SignatureFault | undefined {
  const claim = readClaim(readHeader);
  return claim.kind === 'invalid' ? claim.cause : undefined;
}

/**
 * Checks that one of `secrets` signed exactly these bytes.
 *
 * Every secret is tried and every comparison takes constant time, so the timing of the answer
 * reveals nothing about a secret. Age and repetition are not checked here.
 */
export function verifySignature(
  rawBody: Uint8Array,
  readHeader: ReadHeader,
  secrets: readonly string[],
): SignatureVerdict {
  const claim = readClaim(readHeader);
  if (claim.kind === 'invalid') return claim;
  const { timestamp, nonce } = claim;
  const digest = Buffer.from(claim.signature, 'base64');
  let secretPosition = -1;
  secrets.forEach((secret, position) => {
    const computed = computeSignature(rawBody, nonce, timestamp, secret);
    if (timingSafeEqual(computed, digest) && secretPosition < 0) secretPosition = position;
  });
  if (secretPosition < 0) return invalid('signature-mismatch');
  return { kind: 'valid', secretPosition, timestampSeconds: Number(timestamp), nonce };
}

function readClaim(readHeader: ReadHeader): SignatureClaim {
  const signature = readOnce(readHeader, signatureHeaders.signature);
  const timestamp = readOnce(readHeader, signatureHeaders.timestamp);
  const nonce = readOnce(readHeader, signatureHeaders.nonce);
  const algorithm = readOnce(readHeader, signatureHeaders.algorithm);
  if (!signature || !timestamp || !nonce || !algorithm) return invalid('missing-signature-headers');
  if (algorithm !== signatureAlgorithm) return invalid('unsupported-algorithm');
  const isWellFormed =
    signaturePattern.test(signature) &&
    timestampPattern.test(timestamp) &&
    noncePattern.test(nonce);
  if (!isWellFormed) return invalid('malformed-signature-headers');
  return { kind: 'claimed', signature, timestamp, nonce };
}

const copySeparator = ', ';

/**
 * Reads a header that a proxy may have repeated. Node and `fetch` join copies with a comma and a
 * blank, which no valid value holds. Equal copies are one; copies that differ stay as they are, and
 * fit no pattern.
 */
function readOnce(readHeader: ReadHeader, name: string): string | null | undefined {
  const value = readHeader(name);
  if (!value?.includes(copySeparator)) return value;
  const [first, ...others] = value.split(copySeparator);
  return others.every((other) => other === first) ? first : value;
}

function invalid(cause: SignatureFault): {
  readonly kind: 'invalid';
  readonly cause: SignatureFault;
} {
  return { kind: 'invalid', cause };
}
