import type { Logger } from '../create-logger.ts';

export interface CallbackReceived {
  /** How the request ended, such as `accepted` or `rejected`. */
  readonly outcome: string;
  /** Why, where the outcome leaves that open, such as `signature-mismatch`. */
  readonly cause?: string | undefined;
  readonly method: string;
  /** The answer's HTTP status. */
  readonly status: number;
  /** The body's length, where it was read. */
  readonly bytes?: number | undefined;
  readonly durationMs: number;
  readonly trigger?: string | undefined;
  readonly eventKey?: string | undefined;
  /** Which configured secret signed it, counted from 0: tells when an old one is no longer used. */
  readonly secretPosition?: number | undefined;
  /** The signature's timestamp was older than the tolerance. */
  readonly stale?: boolean | undefined;
  /** It was further ahead of our clock than the tolerance: our clock is behind. */
  readonly future?: boolean | undefined;
  /** Whether a rejected callback was kept for a recheck, such as `kept` or `over-rate`. */
  readonly keeping?: string | undefined;
  /** Why it could not be kept. */
  readonly keepingFailure?: string | undefined;
  /** What broke, where something did. */
  readonly err?: unknown;
}

/** The one line that a request to the webhook ends in. */
export function callbackReceived(logger: Logger, facts: CallbackReceived): void {
  logger[levelOf(facts.status)](facts, 'callback received');
}

function levelOf(status: number): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error';
  return status >= 400 ? 'warn' : 'info';
}

/** Requests that ended in the same way, and have no line of their own. */
export interface CallbacksSummed {
  readonly outcome: string;
  readonly cause?: string | undefined;
  readonly status: number;
  readonly count: number;
}

/** One line for many requests that were refused: a flood must not fill the disk. */
export function callbacksSummed(logger: Logger, summed: readonly CallbacksSummed[]): void {
  const count = summed.reduce((total, one) => total + one.count, 0);
  logger.warn({ count, summed }, 'callbacks refused without a line each');
}

/** A request that was refused before it could be a callback. */
export interface RequestRefused {
  /** Such as `not-found`. */
  readonly outcome: string;
  /** Node's own code, such as `HPE_INVALID_METHOD`, where its parser refused. */
  readonly cause?: string | undefined;
  readonly status: number;
  readonly method?: string | undefined;
  /** Bounded, and without the query. */
  readonly path?: string | undefined;
}

/** A request reached this server and missed the webhook: a mistyped address, or no HTTP that Node reads. */
export function requestRefused(logger: Logger, facts: RequestRefused): void {
  logger.warn(facts, 'request refused');
}

export interface AdminWrite {
  readonly method: string;
  /** Names the queue and the job; never the query or the body. */
  readonly path: string;
  readonly user: string;
  /** What was answered: 403 for what is refused. */
  readonly status: number;
}

/** A change through the admin pages, or an attempt. */
export function adminWrite(logger: Logger, facts: AdminWrite): void {
  logger.warn(facts, 'admin write');
}

/** A login with a wrong user or password. Those that are refused unseen have no line. */
export function adminLoginFailed(logger: Logger, facts: { readonly address: string }): void {
  logger.warn(facts, 'admin login failed');
}
