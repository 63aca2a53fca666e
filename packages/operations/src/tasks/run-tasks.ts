import {
  cancelRun,
  type Database,
  type DeadLetterRun,
  endRun,
  findRun,
  openRun,
  type RunAction,
  resumeRun,
  whileAvailable,
} from '@sinch-callbacks/db';
import {
  countDeadTasks,
  settleDeadTasks,
  type TaskFilter,
  withdrawReplayedTasks,
} from '@sinch-callbacks/handlers';

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

export type TakenTaskRun =
  | { readonly kind: 'taken'; readonly run: DeadLetterRun }
  | { readonly kind: 'not-found' }
  /** Its letters are events, not tasks. */
  | { readonly kind: 'other-subject' }
  /** It has finished; nothing is left to resume. */
  | { readonly kind: 'done' };

/** Takes up a run that was cancelled or cut off, for {@link performTaskRun}. */
export async function takeUpTaskRun(
  database: Database,
  id: number,
  at: Date,
): Promise<TakenTaskRun> {
  const run = await findRun(database, id);
  if (run === undefined) return { kind: 'not-found' };
  if (!('tasks' in run.filter)) return { kind: 'other-subject' };
  const isTaken = await resumeRun(database, id, at);
  return isTaken ? { kind: 'taken', run } : { kind: 'done' };
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
  const filter = filterOf(stored);
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
    const end = { state: 'FAILED', at: now(), error: 'database-unavailable' } as const;
    // Report the first failure. Without this note the run looks like one whose process died.
    await endRun(database, id, end).catch(() => undefined);
    throw error;
  }
}

export type CancelledTaskRun =
  | {
      readonly kind: 'cancelled';
      /** As it is now. A run that has finished stays `DONE`, if nothing of it was withdrawn. */
      readonly run: DeadLetterRun;
      /** Replayed tasks that had not begun, and are dead again. */
      readonly withdrawn: number;
    }
  | { readonly kind: 'not-found' }
  /** It is about events, not tasks, and goes on. */
  | { readonly kind: 'other-subject' };

/**
 * Cancels a run: it stops before its next step, on whatever machine, and replayed tasks that have
 * not begun are dead again.
 */
export async function cancelTaskRun(
  database: Database,
  id: number,
  at: Date,
): Promise<CancelledTaskRun> {
  const before = await findRun(database, id);
  if (before !== undefined && !('tasks' in before.filter)) return { kind: 'other-subject' };
  // First, so that the run's process replays nothing behind the withdrawal.
  await cancelRun(database, id, at);
  const withdrawn = await whileAvailable(() => withdrawReplayedTasks(database, id, at));
  const run = await findRun(database, id);
  return run === undefined ? { kind: 'not-found' } : { kind: 'cancelled', run, withdrawn };
}

/** Reads the audit's filter: the inverse of what {@link startTaskRun} stores. */
function filterOf(stored: DeadLetterRun['filter']): TaskFilter {
  if (!('tasks' in stored)) throw new TypeError('the run is about dead letters');
  const { since, until, ...where } = stored.tasks;
  return {
    ...(where as TaskFilter),
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
  };
}
