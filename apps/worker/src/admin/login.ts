import { isIPv4, isIPv6 } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import { isSameSecret } from '@sinch-callbacks/core';
import { adminLoginFailed, type Logger } from '@sinch-callbacks/telemetry';
import type { MiddlewareHandler } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { HTTPException } from 'hono/http-exception';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

interface Login {
  readonly user: string;
  readonly password: string;
}

/** Requires the user and the password, and bounds the number of guesses. */
export function requireLogin({ user, password }: Login, logger: Logger): MiddlewareHandler {
  const attempts = countLogins(loginBounds);
  return basicAuth({
    realm: 'Sinch callbacks',
    async verifyUser(givenUser, givenPassword, context) {
      const address = getConnInfo(context).remote.address ?? 'unknown';
      const isRight = () =>
        [isSameSecret(givenUser, user), isSameSecret(givenPassword, password)].every(Boolean);
      const attempt = await attempts.attempt(address, isRight);
      switch (attempt.kind) {
        case 'right':
          return true;
        case 'wrong':
          adminLoginFailed(logger, { address });
          return false;
        case 'refused':
          throw tooMany(attempt.retryAfterSeconds);
      }
    },
  });
}

function tooMany(retryAfterSeconds: number): HTTPException {
  const headers = { 'retry-after': String(retryAfterSeconds) };
  return new HTTPException(429, {
    res: Response.json({ status: 'too many failed logins' }, { status: 429, headers }),
  });
}

export interface LoginBounds {
  /** Failed logins from one address. */
  readonly perAddress: number;
  /** Failed logins from all addresses together. */
  readonly inAll: number;
  readonly windowSeconds: number;
}

export type LoginAttempt =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  /** Not checked: too many before it were wrong. */
  | { readonly kind: 'refused'; readonly retryAfterSeconds: number };

export interface LoginAttempts {
  /** Checks one login, unless too many failed. */
  attempt(address: string, isRight: () => boolean): Promise<LoginAttempt>;
}

const loginBounds: LoginBounds = { perAddress: 10, inAll: 100, windowSeconds: 15 * 60 };

const maxKnown = 100;

/**
 * Bounds the number of guesses. Guesses from one address block that address and no other. Guesses
 * from many addresses block all, except those from which a login succeeded before.
 *
 * Each attempt takes a point before its password is checked, and a right one returns it, so guesses
 * that arrive together all count. An address costs memory only once it took a point of the common
 * bound, so that bound limits the memory too.
 */
export function countLogins({ perAddress, inAll, windowSeconds }: LoginBounds): LoginAttempts {
  const ofNetwork = new RateLimiterMemory({ points: perAddress, duration: windowSeconds });
  const ofAll = new RateLimiterMemory({ points: inAll, duration: windowSeconds });
  const known = new Set<string>();

  function remember(network: string): void {
    known.delete(network);
    known.add(network);
    const [oldest] = known;
    if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
  }

  return {
    async attempt(address, isRight) {
      const network = networkOf(address);
      // Checked first: an address that is blocked anyway must not use up the common points.
      const before = await ofNetwork.get(network);
      if (before !== null && before.remainingPoints <= 0) return refusedFor(before);
      const isKnown = known.has(network);
      const full =
        (isKnown ? undefined : await takePoint(ofAll, allNetworks)) ??
        (await takePoint(ofNetwork, network));
      if (full !== undefined) return refusedFor(full);
      if (!isRight()) return { kind: 'wrong' };
      await ofNetwork.reward(network);
      if (!isKnown) await ofAll.reward(allNetworks);
      remember(network);
      return { kind: 'right' };
    },
  };
}

const allNetworks = 'all';

/** Takes a point. Returns the limiter's refusal when none is left. */
async function takePoint(
  limiter: RateLimiterMemory,
  key: string,
): Promise<RateLimiterRes | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return error;
    throw error;
  }
}

function refusedFor({ msBeforeNext }: RateLimiterRes): LoginAttempt {
  return { kind: 'refused', retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)) };
}

/**
 * Reduces an address to the network by which logins are counted: an IPv4 address itself, or the
 * first half of an IPv6 address, since one customer has all addresses of the second half.
 */
export function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(mapped)) return mapped;
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  const [head = '', tail] = bare.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array.from({ length: zeros }, () => '0'), ...back];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
