import { knownTriggers, type Trigger, timeFields } from '@sinch-callbacks/core';
import type { DeathCause, FailureClass } from '@sinch-callbacks/queue';
import type { ApplyOutcome } from '../apply/event-batcher.ts';

/** The label values of the worker's metrics that are known beforehand. */
export const metricLabels = {
  triggers: [...knownTriggers, 'UNKNOWN', 'UNREADABLE'] satisfies readonly Trigger[],
  results: ['applied', 'duplicate', 'unhandled'] satisfies readonly ApplyOutcome['kind'][],
  attemptClasses: ['transient', 'permanent', 'blocked'] satisfies readonly FailureClass[],
  deathCauses: [
    'permanent',
    'attempts-exhausted',
    'quarantined',
    'malformed-job',
  ] satisfies readonly DeathCause[],
  timeFields,
};
