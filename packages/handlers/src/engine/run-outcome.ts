import type { ClaimedTask } from '../tasks/claim-tasks.ts';
import type { RunResult, Settlement } from '../tasks/decide-settlement.ts';
import type { RunOutcome } from './contract.ts';

/** Gives a task back as it was. */
export function released({ attempts, lostStarts }: ClaimedTask): Settlement {
  return { state: 'WAITING', attempts, lostStarts };
}

/** Names the end of a run for logs and metrics. */
export function outcomeOf(result: RunResult, { state, retryAt }: Settlement): RunOutcome {
  switch (state) {
    case 'DONE':
      return 'done';
    case 'SKIPPED':
      return 'skipped';
    case 'DEAD':
      return 'dead';
    case 'WAITING':
      return result.kind === 'lost' || result.kind === 'not-run' || retryAt === undefined
        ? 'released'
        : 'retried';
  }
}

/** Removes secrets and personal data from the texts of a result. */
export function withRedactedError<R extends RunResult>(
  result: R,
  redactText: (text: string) => string,
): R {
  if ('reason' in result) return { ...result, reason: redactText(result.reason) };
  if (!('message' in result)) return result;
  const stack = result.stack === undefined ? undefined : redactText(result.stack);
  return { ...result, message: redactText(result.message), stack };
}
