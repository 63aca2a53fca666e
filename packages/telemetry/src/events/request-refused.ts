import type { Logger } from '../create-logger.ts';

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
