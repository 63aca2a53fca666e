import { randomBytes } from 'node:crypto';
import { isSameSecret } from '@sinch-callbacks/core';
import { createRateLimit } from '../../delivery/delivery-rules.ts';
import { type ApiReply, answer, refuse } from '../http/api-reply.ts';

/** An access key, with the project that it opens. */
export interface AccessKey {
  readonly keyId: string;
  readonly keySecret: string;
  readonly projectId: string;
}

export interface TokenStoreOptions {
  readonly keys: readonly AccessKey[];
  readonly lifetimeSeconds: number;
  readonly clock: () => Date;
}

/** The result of checking a request's token. */
export type TokenCheck =
  | { readonly kind: 'valid'; readonly projectId: string }
  | { readonly kind: 'refused'; readonly reply: ApiReply };

/** The OAuth endpoint, and the tokens that it has given. */
export interface TokenStore {
  /** Answers `POST /oauth2/token`. */
  issue(authorization: string, form: string): ApiReply;
  /** Checks a request's token, or its access key: tests may do without a token. */
  check(authorization: string): TokenCheck;
  /** Makes a token expire at once. Returns the answer that it gets from now on. */
  expire(authorization: string): ApiReply;
}

/** The bucket of Sinch's token endpoint. Its 429 has no `Retry-After`. */
const tokenRate = { burst: 30, perSecond: 10 };
/** The bucket of requests with an access key. Sinch limits them heavily, and names no number. */
const basicRate = { burst: 5, perSecond: 1 };
/** The newest tokens; older ones are unknown, as if they had never been given. */
const maxTokens = 10_000;

export function createTokenStore(options: TokenStoreOptions): TokenStore {
  const { keys, lifetimeSeconds, clock } = options;
  const [rateLimit, basicRateLimit] = [createRateLimit(tokenRate), createRateLimit(basicRate)];
  const tokens = new Map<string, { readonly projectId: string; expiresAtMs: number }>();

  const tokenOf = (authorization: string) => /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';

  function checkKey(authorization: string): TokenCheck {
    const key = findKey(keys, authorization);
    if (key === undefined) return { kind: 'refused', reply: unknownKey() };
    if (basicRateLimit.take(performance.now())) return { kind: 'valid', projectId: key.projectId };
    const reply = refuse('RESOURCE_EXHAUSTED', 'too many requests without a token');
    return { kind: 'refused', reply };
  }

  return {
    issue(authorization, form) {
      // The bucket refills by the machine's clock, as the other rates do.
      if (!rateLimit.take(performance.now())) {
        return refuse('RESOURCE_EXHAUSTED', 'too many token requests');
      }
      const key = findKey(keys, authorization);
      if (key === undefined) return unknownKey();
      if (new URLSearchParams(form).get('grant_type') !== 'client_credentials') {
        return refuse('INVALID_ARGUMENT', 'grant_type must be client_credentials');
      }
      const token = randomBytes(32).toString('base64url');
      const expiresAtMs = clock().getTime() + lifetimeSeconds * 1_000;
      tokens.set(token, { projectId: key.projectId, expiresAtMs });
      const [oldest] = tokens.keys();
      if (tokens.size > maxTokens && oldest !== undefined) tokens.delete(oldest);
      return answer({
        access_token: token,
        expires_in: lifetimeSeconds,
        scope: '',
        token_type: 'bearer',
      });
    },
    check(authorization) {
      if (hasAccessKey(authorization)) return checkKey(authorization);
      const found = tokens.get(tokenOf(authorization));
      if (found === undefined) return { kind: 'refused', reply: unknownToken(authorization) };
      if (found.expiresAtMs <= clock().getTime()) return { kind: 'refused', reply: expiredToken() };
      return { kind: 'valid', projectId: found.projectId };
    },
    expire(authorization) {
      const found = tokens.get(tokenOf(authorization));
      if (found !== undefined) found.expiresAtMs = Number.NEGATIVE_INFINITY;
      return expiredToken();
    },
  };
}

/** Checks for an access key in the place of a token. */
export function hasAccessKey(authorization: string): boolean {
  return /^basic +\S/i.test(authorization);
}

function unknownKey(): ApiReply {
  const headers = { 'www-authenticate': 'Basic' };
  return refuse('UNAUTHENTICATED', 'unknown key id or wrong key secret', headers);
}

function findKey(keys: readonly AccessKey[], authorization: string): AccessKey | undefined {
  const [, encoded = ''] = /^basic +(\S+)$/i.exec(authorization) ?? [];
  const [keyId, ...secret] = Buffer.from(encoded, 'base64').toString().split(':');
  const key = keys.find((known) => known.keyId === keyId);
  return key !== undefined && isSameSecret(secret.join(':'), key.keySecret) ? key : undefined;
}

function unknownToken(authorization: string): ApiReply {
  const how = authorization === '' ? 'Bearer' : 'Bearer error="invalid_token"';
  const message = authorization === '' ? 'the request has no token' : 'the token is not known';
  return refuse('UNAUTHENTICATED', message, { 'www-authenticate': how });
}

function expiredToken(): ApiReply {
  const how = 'Bearer error="invalid_token", error_description="The token has expired"';
  return refuse('UNAUTHENTICATED', 'the token has expired', { 'www-authenticate': how });
}
