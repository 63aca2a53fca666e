import type { DeadLetterRun } from '@sinch-callbacks/db';
import type { TaskFilter } from '@sinch-callbacks/handlers';

/**
 * Reads the filter of a run from the audit: the inverse of what `startTaskRun` stores.
 * @throws TypeError for a run about letters, and for a condition that this release does not know:
 * without it, the run would change tasks that its operator did not choose.
 */
export function filterOfRun(stored: DeadLetterRun['filter']): TaskFilter {
  if (!('tasks' in stored)) throw new TypeError('the run is about dead letters');
  const unknown = Object.keys(stored.tasks).find((name) => !Object.hasOwn(conditions, name));
  if (unknown !== undefined) {
    throw new TypeError(`the run is of another release: it has the condition ${unknown}`);
  }
  const { since, until, ...where } = stored.tasks;
  return {
    ...(where as TaskFilter),
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
  };
}

const conditions = {
  handler: true,
  occurrences: true,
  trigger: true,
  appId: true,
  cause: true,
  fingerprint: true,
  since: true,
  until: true,
} as const satisfies Record<keyof TaskFilter, true>;
