import { isIPv4, isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

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
  /** Not looked at: too many before it were wrong. */
  | { readonly kind: 'refused'; readonly retryAfterSeconds: number };

export interface LoginAttempts {
  /** Judges one login, unless too many failed. */
  attempt(address: string, isRight: () => boolean): Promise<LoginAttempt>;
}

export const loginBounds: LoginBounds = { perAddress: 10, inAll: 100, windowSeconds: 15 * 60 };

const maxKnown = 100;

/**
 * Bounds how often somebody may guess. Who guesses from one address is refused there, and nobody
 * elsewhere notices. Who has many addresses is refused everywhere, except where somebody logged
 * in before.
 *
 * A point is taken before the password is looked at and given back when it is right, so guesses
 * that arrive together all count. An address costs memory only once it took a point of all, so
 * the bound on these is the bound on that.
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
      // First, or one who is refused here anyway would use up what everybody has.
      const before = await ofNetwork.get(network);
      if (before !== null && before.remainingPoints <= 0) return refusedFor(before);
      const isKnown = known.has(network);
      const full =
        (isKnown ? undefined : await takePoint(ofAll, everybody)) ??
        (await takePoint(ofNetwork, network));
      if (full !== undefined) return refusedFor(full);
      if (!isRight()) return { kind: 'wrong' };
      await ofNetwork.reward(network);
      if (!isKnown) await ofAll.reward(everybody);
      remember(network);
      return { kind: 'right' };
    },
  };
}

const everybody = 'all';

/** What the limiter says when there is no point left. */
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
 * Whom an address belongs to, as far as logins are counted: an IPv4 address itself, and the first
 * half of an IPv6 address, since every customer of a network has the whole second half.
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
