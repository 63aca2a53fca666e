import { failureOf } from '../errors/failure-of.ts';
import type { Connections } from '../http/connections.ts';
import { type Exchange, isAccepted } from '../http/exchange.ts';
import { readJsonObject } from '../http/json-object.ts';
import { repeatExchange } from '../http/repeat-exchange.ts';
import type { SinchApiTimings } from '../http/timings.ts';

export interface TokenSourceOptions {
  readonly connections: Pick<Connections, 'exchange'>;
  readonly keyId: string;
  readonly keySecret: string;
  readonly timings: SinchApiTimings;
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

export interface TokenSource {
  /**
   * Returns a token that is still valid for a while, from the cache where it holds one.
   * @throws {SinchApiError} with the operation `token` and the certainty `not-sent`.
   */
  get(): Promise<string>;
  /** Drops a token that Sinch refused, unless a newer one has replaced it. */
  drop(refused: string): void;
}

/** Sinch allows 30 requests at once and 10 a second, without a `Retry-After`. */
const maxTries = 5;
/** A token is replaced so long before it expires; a short-lived one after half of its life. */
const renewBeforeMs = 60_000;
/** The life of a token whose answer does not say it. Sinch documents an hour. */
const assumedLifeMs = 300_000;

/** The token endpoint of every region. */
const path = '/oauth2/token';

/**
 * Fetches tokens by client credentials. Concurrent callers share one request: a hundred sends that
 * find their token expired take one token out of the endpoint's bucket, not a hundred.
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { now = () => performance.now() } = options;
  let current: { readonly token: string; readonly renewAtMs: number } | undefined;
  let refresh: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    // Its life begins before it is asked for, so that it never counts as valid for too long.
    const askedAtMs = now();
    const { token, lifeMs } = await requestToken(options);
    current = { token, renewAtMs: askedAtMs + Math.max(lifeMs - renewBeforeMs, lifeMs / 2) };
    return token;
  }

  return {
    async get() {
      if (current !== undefined && now() < current.renewAtMs) return current.token;
      refresh ??= fetchToken().finally(() => {
        refresh = undefined;
      });
      return await refresh;
    },
    drop(refused) {
      if (current?.token === refused) current = undefined;
    },
  };
}

async function requestToken(options: TokenSourceOptions) {
  const { connections, keyId, keySecret, timings, signal } = options;
  const credentials = Buffer.from(`${keyId}:${keySecret}`).toString('base64');
  const attempt = async () =>
    await connections.exchange({
      method: 'POST',
      path,
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
    });
  const { exchange } = await repeatExchange(attempt, {
    rule: 'always',
    maxTries,
    timings,
    signal,
  });
  const privates = [keyId, keySecret, credentials];
  const grant = readGrant(exchange);
  // Without a token the caller's own request did not leave, whatever happened to this one.
  if (!isAccepted(exchange) || grant === undefined) {
    throw failureOf(exchange, { operation: 'token', privates, hintOf, certainty: 'not-sent' });
  }
  return grant;
}

/** Reads the token and its life. Returns `undefined` for an answer without a usable token. */
function readGrant(exchange: Exchange) {
  const body = exchange.kind === 'answered' ? readJsonObject(exchange.text) : undefined;
  const { access_token: token, expires_in: seconds } = body ?? {};
  // It goes into a header.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return undefined;
  const isLife = typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0;
  return { token, lifeMs: isLife ? seconds * 1000 : assumedLifeMs };
}

/** Explains a refusal of the credentials. A 429 and a 404 are about something else. */
function hintOf(status: number): string | undefined {
  if (![400, 401, 403].includes(status)) return undefined;
  return (
    'Sinch refuses the access key: check its key id (SINCH_ACCESS_KEY_ID) and its secret ' +
    '(SINCH_ACCESS_SECRET) at https://dashboard.sinch.com/settings/access-keys; the secret is ' +
    'shown only when the key is made'
  );
}
