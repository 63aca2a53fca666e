import type { Logger } from '../create-logger.ts';

export interface CallbackReceived {
  /** The result of the request, such as `accepted` or `rejected`. */
  readonly outcome: string;
  /** The reason, where the outcome does not say it, such as `signature-mismatch`. */
  readonly cause?: string | undefined;
  readonly method: string;
  /** The answer's HTTP status. */
  readonly status: number;
  /** The body's length, where it was read. */
  readonly bytes?: number | undefined;
  readonly durationMs: number;
  readonly trigger?: string | undefined;
  readonly eventKey?: string | undefined;
  /** The position of the secret that signed it, from 0: shows when an old one is unused. */
  readonly secretPosition?: number | undefined;
  /** The signature's timestamp was older than the tolerance. */
  readonly stale?: boolean | undefined;
  /** The timestamp was further ahead of ingest's clock than the tolerance: that clock is slow. */
  readonly future?: boolean | undefined;
  /** The result of keeping a rejected callback for a recheck, such as `kept` or `over-rate`. */
  readonly keeping?: string | undefined;
  /** The reason why it could not be kept. */
  readonly keepingFailure?: string | undefined;
  /** The error, where there was one. */
  readonly err?: unknown;
}

/** Logs the one line of a request to the webhook. */
export function callbackReceived(logger: Logger, facts: CallbackReceived): void {
  logger[levelOf(facts.status)](facts, 'callback received');
}

function levelOf(status: number): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error';
  return status >= 400 ? 'warn' : 'info';
}

/** Requests with the same result that have no line each. */
export interface CallbacksSummed {
  readonly outcome: string;
  readonly cause?: string | undefined;
  readonly status: number;
  readonly count: number;
}

/** Logs one line for many refused requests: a flood must not fill the disk. */
export function callbacksSummed(logger: Logger, summed: readonly CallbacksSummed[]): void {
  const count = summed.reduce((total, one) => total + one.count, 0);
  logger.warn({ count, summed }, 'callbacks refused without a line each');
}

/** A request that was refused before it could be a callback. */
export interface RequestRefused {
  /** The result, such as `not-found`. */
  readonly outcome: string;
  /** Node's own code, such as `HPE_INVALID_METHOD`, where its parser refused. */
  readonly cause?: string | undefined;
  readonly status: number;
  readonly method?: string | undefined;
  /** The path, bounded and without the query. */
  readonly path?: string | undefined;
}

/** Logs a request that missed the webhook: a mistyped address, or no HTTP that Node can read. */
export function requestRefused(logger: Logger, facts: RequestRefused): void {
  logger.warn(facts, 'request refused');
}

export interface AdminWrite {
  readonly method: string;
  /** The path with the queue and the job; never the query or the body. */
  readonly path: string;
  readonly user: string;
  /** The answer's HTTP status: 403 for a refused change. */
  readonly status: number;
}

/** Logs a change through the admin pages, or an attempt at one. */
export function adminWrite(logger: Logger, facts: AdminWrite): void {
  logger.warn(facts, 'admin write');
}

/** Logs a login with a wrong user or password. Logins above the rate limit have no line. */
export function adminLoginFailed(logger: Logger, facts: { readonly address: string }): void {
  logger.warn(facts, 'admin login failed');
}
