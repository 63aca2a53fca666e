import { createHash, timingSafeEqual } from 'node:crypto';
import { getConnInfo } from '@hono/node-server/conninfo';
import { adminLoginFailed, type Logger } from '@sinch-callbacks/telemetry';
import type { MiddlewareHandler } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { HTTPException } from 'hono/http-exception';
import { countLogins, loginBounds } from './login-attempts.ts';

export interface Login {
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
        [isSame(givenUser, user), isSame(givenPassword, password)].every(Boolean);
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

/** Compares in a time that depends neither on the length nor on the first difference. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function tooMany(retryAfterSeconds: number): HTTPException {
  const headers = { 'retry-after': String(retryAfterSeconds) };
  return new HTTPException(429, {
    res: Response.json({ status: 'too many failed logins' }, { status: 429, headers }),
  });
}
