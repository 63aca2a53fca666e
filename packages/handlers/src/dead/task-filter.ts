import type { KnownTrigger } from '@sinch-callbacks/core';
import type { RunAction } from '@sinch-callbacks/db';
import type { DeadCause } from '../tasks/decide-settlement.ts';

/** Conditions on dead tasks, all of which hold. Without any, it is every dead task. */
export interface TaskFilter {
  readonly handler?: string | undefined;
  /** Digests of what happened, 32 hexadecimal digits each: all copies of a callback have one. */
  readonly occurrences?: readonly string[] | undefined;
  readonly trigger?: KnownTrigger | undefined;
  readonly appId?: string | undefined;
  readonly cause?: DeadCause | undefined;
  readonly fingerprint?: string | undefined;
  /** Dead since then, or later. */
  readonly since?: Date | undefined;
  /** Dead before then. */
  readonly until?: Date | undefined;
}

/**
 * Tasks that wait for a handler that is retired: none of them will run. Those that a process still
 * holds are left to it.
 */
const isAbandoned = `t.state = 'WAITING'
  AND EXISTS (SELECT FROM handler AS r WHERE r.name = t.handler AND r.state = 'RETIRED')
  AND NOT EXISTS (SELECT FROM handler_hold AS h
    WHERE h.handler = t.handler AND h.occurrence = t.occurrence)`;

/**
 * Returns the condition for `handler_task AS t`, with its values.
 * @param action that is meant: a discard of a handler's tasks includes those that wait for one that
 *   is retired, as they would keep their events from being pruned.
 */
export function conditionOf(
  filter: TaskFilter,
  action?: RunAction,
): {
  readonly sql: string;
  readonly values: readonly unknown[];
} {
  const values: unknown[] = [];
  const takesAbandoned = action === 'DISCARD' && filter.handler !== undefined;
  const conditions = [takesAbandoned ? `(t.state = 'DEAD' OR ${isAbandoned})` : "t.state = 'DEAD'"];
  const add = (value: unknown, sql: (place: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(sql(`$${values.length}`));
  };
  add(filter.handler, (place) => `t.handler = ${place}`);
  add(
    filter.occurrences,
    (place) =>
      `t.occurrence = ANY(ARRAY(SELECT decode(d, 'hex') FROM unnest(${place}::text[]) AS d))`,
  );
  add(filter.trigger, (place) => `t.trigger = ${place}`);
  add(filter.appId, (place) => `t.app_id = ${place}`);
  add(filter.cause, (place) => `t.cause = ${place}`);
  add(filter.fingerprint, (place) => `t.fingerprint = ${place}`);
  add(filter.since?.toISOString(), (place) => `t.settled_at >= ${place}::timestamptz`);
  add(filter.until?.toISOString(), (place) => `t.settled_at < ${place}::timestamptz`);
  return { sql: conditions.join(' AND '), values };
}
