import type { Telemetry } from './event-outcomes.ts';

/**
 * The end of a scheduled removal. `not-due`: a worker did it not long ago. `busy`: another worker is
 * at it. `behind`: callbacks wait in the queue, and the rest is done later. `interrupted`: its lock
 * was lost, or the worker stops.
 */
export type RetentionOutcome = (typeof retentionOutcomes)[number];

export const retentionOutcomes = [
  'complete',
  'not-due',
  'busy',
  'behind',
  'interrupted',
  'failed',
] as const;

/** Logs and counts the end of a scheduled removal. */
export function retentionEnded(
  { logger, metrics }: Telemetry,
  { outcome, removed, error }: RetentionEnd,
): void {
  metrics.retentionEnded(outcome);
  switch (outcome) {
    case 'complete':
    case 'behind':
    case 'interrupted':
      logger.info({ outcome, removed }, 'retention ended');
      return;
    case 'not-due':
    case 'busy':
      logger.debug({ outcome }, 'retention not begun');
      return;
    case 'failed':
      logger.warn({ outcome, removed, err: error }, 'retention failed');
  }
}

/** Logs a step of a scheduled removal that failed, while the others go on. */
export function retentionStepFailed(
  { logger }: Telemetry,
  {
    table,
    action,
    error,
  }: { readonly table: string; readonly action: string; readonly error: unknown },
): void {
  logger.warn({ table, action, err: error }, 'retention step failed');
}

/** Logs that a contact which Sinch deleted could not be treated; the next run tries again. */
export function contactNotTreated(
  { logger }: Telemetry,
  facts: {
    readonly contactId: string;
    readonly policy: 'redact' | 'erase';
    readonly reason: 'failed' | 'jobs-left' | 'not-at-sinch' | 'taken-over';
    readonly error?: unknown;
  },
): void {
  const { contactId, policy, reason, error } = facts;
  logger.warn(
    { contactId, reason, ...(error !== undefined && { err: error }) },
    policy === 'erase' ? 'contact not erased' : 'contact not redacted',
  );
}

/** Logs that a file of Redis still holds what was erased. */
export function fileNotRewritten(
  { logger }: Telemetry,
  { kind: state, reason }: { readonly kind: string; readonly reason?: string },
): void {
  logger.warn({ state, reason }, 'the append-only file of Redis is not rewritten after an erasure');
}

interface RetentionEnd {
  readonly outcome: RetentionOutcome;
  /** Numbers of rows by table and action. */
  readonly removed: Readonly<Record<string, number>>;
  readonly error?: unknown;
}
