import { getConnInfo } from '@hono/node-server/conninfo';
import { isSameSecret } from '@sinch-callbacks/core';
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
