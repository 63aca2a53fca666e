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

/** The one line that a request to the webhook ends in. */
export function callbackReceived(logger: Logger, facts: CallbackReceived): void {
  logger[levelOf(facts.status)](facts, 'callback received');
}

function levelOf(status: number): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error';
  return status >= 400 ? 'warn' : 'info';
}
