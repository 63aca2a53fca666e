import type { Telemetry } from './event-outcomes.ts';

/**
 * The end of a scheduled comparison with what Sinch keeps. `incomplete`: a bound ended it.
 * `nothing-kept`: Sinch keeps no message of the app. `busy`: another worker is at it. `behind`:
 * callbacks wait in the queue.
 */
export type ReconcileOutcome = (typeof reconcileOutcomes)[number];

export const reconcileOutcomes = [
  'complete',
  'incomplete',
  'nothing-kept',
  'busy',
  'behind',
  'failed',
] as const;

/** Logs and counts the end of a scheduled comparison. */
export function reconciled(
  { logger, metrics }: Telemetry,
  { outcome, error }: { readonly outcome: ReconcileOutcome; readonly error?: unknown },
): void {
  metrics.reconcileEnded(outcome);
  const facts = error === undefined ? { outcome } : { outcome, err: error };
  switch (outcome) {
    case 'complete':
    case 'busy':
    case 'behind':
      logger.info(facts, 'reconciled');
      return;
    case 'incomplete':
    case 'nothing-kept':
    case 'failed':
      logger.warn(facts, 'not reconciled');
  }
}
