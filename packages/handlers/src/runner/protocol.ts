import type { AbortReason, HandlerDeclaration } from '../engine/contract.ts';
import type { ClaimedTask } from '../tasks/claim-tasks.ts';
import type { RunResult } from '../tasks/decide-settlement.ts';

/** A message to a runner process. */
export type ToRunner =
  | { readonly kind: 'run'; readonly task: ClaimedTask }
  | { readonly kind: 'abort'; readonly token: string; readonly reason: AbortReason }
  /** Ends it once nothing runs any more. */
  | { readonly kind: 'stop' };

/** A message of a runner process. */
export type FromRunner =
  | { readonly kind: 'ready'; readonly handlers: readonly HandlerDeclaration[] }
  /** The user's files could not be loaded. */
  | { readonly kind: 'not-loaded'; readonly message: string; readonly stack: string | undefined }
  /** Its event loop turns. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'result'; readonly token: string; readonly result: SentResult };

/** A result as it passes between processes: its time is a text. */
export type SentResult =
  | Exclude<RunResult, { kind: 'retry-at' }>
  | (Omit<Extract<RunResult, { kind: 'retry-at' }>, 'at'> & { readonly at: string });

export const beatEveryMs = 1_000;
