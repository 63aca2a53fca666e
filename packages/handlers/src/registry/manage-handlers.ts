import type { OrderKeySource } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';
import { keySourceColumn } from './handler-view.ts';

export type HandlerState = 'ACTIVE' | 'PAUSED' | 'RETIRED';

/** A handler of the registry. */
export interface RegisteredState {
  readonly name: string;
  readonly triggers: readonly string[];
  readonly order: 'NONE' | 'CONVERSATION' | 'STRICT';
  /** What the keys of its tasks are made of; null where they have none. */
  readonly keySource: OrderKeySource | null;
  readonly state: HandlerState;
  readonly activeFrom: Date;
  /** When a process last had it, give or take ten seconds. */
  readonly seenAt: Date;
  /** True where a process has it now. */
  readonly isKnown: boolean;
}

/** Longer than a process takes between two signs of life. */
const knownForMs = 60_000;

const selectHandlers = `
SELECT name, triggers, "order"::text, ${keySourceColumn}, state::text, active_from AS "activeFrom", seen_at AS "seenAt",
  seen_at > now() - ${knownForMs} * interval '1 millisecond' AS "isKnown"
FROM handler ORDER BY name`;

/**
 * Lists all handlers that were ever registered.
 * @throws pg's error.
 */
export async function listHandlers({
  pool,
}: Pick<Database, 'pool'>): Promise<readonly RegisteredState[]> {
  return (await pool.query<RegisteredState>(selectHandlers)).rows;
}

/** A handler that is no longer retired may have missed events: they are looked through again. */
const changeState = `
UPDATE handler AS h SET state = $2::handler_state,
  gap_from = CASE WHEN h.state = 'RETIRED' AND $2 <> 'RETIRED'
    THEN date_trunc('milliseconds', now()) ELSE h.gap_from END
FROM (SELECT name, state FROM handler WHERE name = $1 FOR UPDATE) AS old
WHERE h.name = old.name AND old.state = coalesce($3::handler_state, old.state)
RETURNING old.state::text AS before`;

/**
 * Pauses, resumes or retires a handler. Workers and handlers processes follow within seconds; runs
 * in progress end. Returns the state before, or `undefined` for an unknown name.
 * @param onlyFrom the state in which it must be; then `undefined` also means another state.
 * @throws pg's error.
 */
export async function setHandlerState(
  { pool }: Pick<Database, 'pool'>,
  name: string,
  state: HandlerState,
  onlyFrom?: HandlerState,
): Promise<HandlerState | undefined> {
  const { rows } = await pool.query<{ before: HandlerState }>(changeState, [
    name,
    state,
    onlyFrom ?? null,
  ]);
  return rows[0]?.before;
}
