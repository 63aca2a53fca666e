import {
  type Database,
  DatabaseUnavailableError,
  type DeadLetterRun,
  endRun,
  openRun,
  type RunAction,
  whileAvailable,
} from '@sinch-callbacks/db';
import {
  countDeadTasks,
  settleDeadTasks,
  type TaskFilter,
  withdrawReplayedTasks,
} from '@sinch-callbacks/handlers';
import {
  type CancelledRun,
  cancelRunOf,
  type TakenRun,
  takeUpRunOf,
} from '../runs/run-of-subject.ts';
import { filterOfRun } from './filter-of-run.ts';

export interface TaskRunToStart {
  readonly action: RunAction;
  readonly filter: TaskFilter;
  /** A name for the audit. */
  readonly operator: string;
  readonly startedAt: Date;
}

export interface TaskRunEnd {
  readonly state: 'DONE' | 'CANCELLED';
  /** Tasks that this process changed. */
  readonly tasks: number;
}

/** Called after each step with the number of tasks so far. */
export type OnTasks = (tasks: number) => void;

const tasksAtOnce = 200;

/**
 * Writes the audit row of a run that replays or discards dead tasks. {@link performTaskRun} does
 * its work.
 * @throws DatabaseUnavailableError.
 */
export async function startTaskRun(
  database: Database,
  { action, filter, operator, startedAt }: TaskRunToStart,
): Promise<DeadLetterRun> {
  const matched = await whileAvailable(() => countDeadTasks(database, filter, action));
  const { since, until, ...where } = filter;
  const times = { since: since?.toISOString(), until: until?.toISOString() };
  const stored = { tasks: { ...where, ...times } };
  return await openRun(database, { action, operator, filter: stored, matched, startedAt });
}

/** Takes up a run that was cancelled or cut off, for {@link performTaskRun}. */
export async function takeUpTaskRun(database: Database, id: number, at: Date): Promise<TakenRun> {
  return await takeUpRunOf('tasks', database, id, at);
}

/**
 * Replays or discards the tasks of a run, from its cursor on, until none is left or the run is
 * cancelled. A failure is noted in the audit, if the database can still be reached. Resuming the
 * run, or starting the same one again, does the rest.
 * @throws DatabaseUnavailableError.
 */
export async function performTaskRun(
  database: Database,
  { id, action, filter: stored, cursor: from }: DeadLetterRun,
  now: () => Date,
  onTasks: OnTasks,
): Promise<TaskRunEnd> {
  const filter = filterOfRun(stored);
  let cursor = from;
  let tasks = 0;
  try {
    for (;;) {
      const step = { runId: id, filter, cursor, limit: tasksAtOnce };
      const result = await whileAvailable(() => settleDeadTasks(database, action, step));
      if (result.kind === 'stopped') return { state: 'CANCELLED', tasks };
      tasks += result.tasks;
      onTasks(tasks);
      if (result.tasks < tasksAtOnce) break;
      cursor = result.cursor ?? cursor;
    }
    const isDone = await endRun(database, id, { state: 'DONE', at: now() });
    return { state: isDone ? 'DONE' : 'CANCELLED', tasks };
  } catch (error) {
    const cause = error instanceof DatabaseUnavailableError ? 'database-unavailable' : 'unexpected';
    const end = { state: 'FAILED', at: now(), error: cause } as const;
    // Report the first failure. Without this note the run looks like one whose process died.
    await endRun(database, id, end).catch(() => undefined);
    throw error;
  }
}

/**
 * Cancels a run: it stops before its next step, on whatever machine, and replayed tasks that have
 * not begun are dead again. Returns their number as `withdrawn`.
 */
export async function cancelTaskRun(
  database: Database,
  id: number,
  at: Date,
): Promise<CancelledRun<number>> {
  return await cancelRunOf('tasks', database, { id, at }, () =>
    whileAvailable(() => withdrawReplayedTasks(database, id, at)),
  );
}
