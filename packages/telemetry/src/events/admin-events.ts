import type { Logger } from '../create-logger.ts';

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
