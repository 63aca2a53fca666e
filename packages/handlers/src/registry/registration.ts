import type { Database } from '@sinch-callbacks/db';
import type { HandlerDeclaration } from '../engine/contract.ts';
import { backfillTasks } from '../tasks/backfill-tasks.ts';
import { settleRedactedTasks } from '../tasks/settle-redacted-tasks.ts';
import { byTrigger, keySourceColumn, maxViewAgeMs, type RegistryRow } from './handler-view.ts';
import { registerHandlers } from './register-handlers.ts';

/** Keeps the handlers of this process in the registry. */
export interface Registration {
  /** Replaces the handlers of this process. */
  declare(handlers: readonly HandlerDeclaration[]): void;
  stop(): Promise<void>;
}

const pollEveryMs = 1_000;
/** While the database is down. */
const longestPauseMs = 5_000;
/** How exact `seen_at` is. */
const registerEveryMs = 10_000;
/** Between two looks for tasks of redacted events. */
const redactEveryMs = 60_000;

/**
 * A writer begins no batch with a reading of the registry that is older than `maxViewAgeMs`, and
 * its transaction ends within a minute. After that no task can be missing any more.
 */
const gapMs = maxViewAgeMs + 60_000;
/** Nearly all writers have read the registry by then. */
const firstLookAfterMs = 2_000;
/** How far the clocks of workers and the database may differ. */
const clockToleranceMs = 5_000;
/** Events wait on the queue for days at most. */
const longestQueueMs = 14 * 86_400_000;

const readGaps = `
SELECT name, triggers, ${keySourceColumn}, gap_from AS "gapFrom",
  (extract(epoch FROM now() - gap_from) * 1000)::float8 AS "gapAgeMs"
FROM handler WHERE name = ANY($1::text[]) AND gap_from IS NOT NULL
  AND state <> 'RETIRED'`;

interface GapRow extends RegistryRow {
  readonly gapFrom: Date;
  readonly gapAgeMs: number;
}

/**
 * Registers handlers, and makes the tasks that writers missed before they had read a new name.
 * Repeats both for as long as the database is down.
 * @param onError is called with each error of the database.
 */
export function openRegistration(
  database: Pick<Database, 'pool'>,
  onError: (error: unknown) => void,
): Registration {
  const { pool } = database;
  let declared: readonly HandlerDeclaration[] = [];
  let isRegistered = true;
  let registeredAtMs = 0;
  let redactedAtMs = Number.NEGATIVE_INFINITY;
  /** Gaps of which the first look is done, by name. */
  const looked = new Map<string, number>();
  const stopping = new AbortController();
  let isStopped = false;
  let failures = 0;
  /** True after a call of `declare` that no round has seen. */
  let isWoken = false;
  let wake: () => void = ignore;

  async function keep(): Promise<void> {
    while (!isStopped) {
      try {
        await update();
        failures = 0;
      } catch (error) {
        onError(error);
        failures += 1;
      }
      await pause(Math.min(pollEveryMs * 2 ** failures, longestPauseMs));
    }
  }

  async function update(): Promise<void> {
    if (performance.now() - redactedAtMs > redactEveryMs) {
      redactedAtMs = performance.now();
      await settleRedactedTasks(database);
    }
    if (declared.length === 0) return;
    const handlers = declared;
    const isDue = performance.now() - registeredAtMs > registerEveryMs;
    if (!isRegistered || isDue) await register(handlers);
    const names = handlers.map(({ name }) => name);
    const { rows } = await pool.query<GapRow>(readGaps, [names]);
    for (const row of rows) await closeGap(row);
  }

  async function register(handlers: readonly HandlerDeclaration[]): Promise<void> {
    await registerHandlers(
      database,
      handlers.map(({ name, triggers, options: { order, key } }) => ({
        name,
        triggers,
        order,
        key,
      })),
    );
    registeredAtMs = performance.now();
    isRegistered = handlers === declared;
  }

  /** Looks once soon, for what came in the first second, and once when no task can be missing. */
  async function closeGap({ gapFrom, gapAgeMs, ...row }: GapRow): Promise<void> {
    const isOver = gapAgeMs > gapMs;
    const isFirst = gapAgeMs > firstLookAfterMs && looked.get(row.name) !== gapFrom.getTime();
    if (!isOver && !isFirst) return;
    const since = gapFrom.getTime();
    await backfillTasks(database, byTrigger([row]), {
      receivedSince: new Date(since - longestQueueMs),
      appliedSince: new Date(since - clockToleranceMs),
      signal: stopping.signal,
    });
    if (isStopped) return;
    looked.set(row.name, since);
    if (!isOver) return;
    const ended = 'UPDATE handler SET gap_from = NULL WHERE name = $1 AND gap_from = $2';
    await pool.query(ended, [row.name, gapFrom]);
  }

  async function pause(pauseMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs);
    wake = resolve;
    if (isStopped || isWoken) resolve();
    await promise;
    clearTimeout(timer);
    isWoken = false;
  }

  const keeping = keep();
  return {
    declare(handlers) {
      declared = handlers;
      isRegistered = false;
      isWoken = true;
      wake();
    },
    async stop() {
      isStopped = true;
      stopping.abort();
      wake();
      await keeping;
    },
  };
}

const ignore = () => undefined;
