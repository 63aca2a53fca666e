import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@sinch-callbacks/db';
import type { ClaimedTask } from '../tasks/claim-tasks.ts';
import type { RunResult } from '../tasks/decide-settlement.ts';

/**
 * Runs of a task that found the database down, although this process can use it; then they count.
 */
const maxDatabaseDownRuns = 5;
const maxCountedTasks = 10_000;
/** A database that does not answer a question without work in this time is down. */
const answerWithinMs = 2_000;

/** Decides whether a run failed because the database was down, which uses no attempt. */
export type OutageJudge = (task: ClaimedTask, result: RunResult) => Promise<RunResult>;

/** @param isDatabaseDown tells whether this process cannot use the database itself. */
export function createOutageJudge(
  database: Pick<Database, 'pool'>,
  isDatabaseDown: () => boolean,
): OutageJudge {
  const databaseDownRuns = new Map<string, number>();

  /** A run takes too long because of its code, or because the database does not answer. */
  async function explained(result: RunResult): Promise<RunResult> {
    if (result.kind !== 'timed-out' || (await answersSoon(database))) return result;
    return { ...result, kind: 'database-down' };
  }

  /**
   * A handler that always finds the database down, for a reason of its own, must not run for ever.
   */
  function countedResult(task: ClaimedTask, result: RunResult): RunResult {
    const id = `${task.handler} ${task.occurrence}`;
    const runs = result.kind === 'database-down' ? (databaseDownRuns.get(id) ?? 0) + 1 : 0;
    databaseDownRuns.delete(id);
    if (result.kind !== 'database-down') return result;
    if (runs > maxDatabaseDownRuns && !isDatabaseDown()) return { ...result, kind: 'failed' };
    if (databaseDownRuns.size >= maxCountedTasks) databaseDownRuns.clear();
    databaseDownRuns.set(id, runs);
    return result;
  }

  return async (task, result) => countedResult(task, await explained(result));
}

async function answersSoon({ pool }: Pick<Database, 'pool'>): Promise<boolean> {
  const answer = pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
  return await Promise.race([answer, sleep(answerWithinMs, false, { ref: false })]);
}
