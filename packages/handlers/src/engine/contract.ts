import type { Handler } from '../api/on.ts';
import type { ClaimedTask } from '../tasks/claim-tasks.ts';
import type { RunResult } from '../tasks/decide-settlement.ts';

/** `lost`: another process has the task. `stopping`: this process ends. */
export type AbortReason = 'lost' | 'stopping';

/** A handler without its code, as another process declares it. */
export type HandlerDeclaration = Omit<Handler, 'run'>;

/** The part that runs the user's code. */
export interface TaskExecutor {
  /**
   * Runs one task.
   * @param isSuspect true for a task that may have ended its process: it runs apart.
   * @returns the result; never rejects.
   */
  run(task: ClaimedTask, handler: HandlerDeclaration, isSuspect: boolean): Promise<RunResult>;
  /** Aborts the run of the task with this token. Its result still comes. */
  abort(token: string, reason: AbortReason): void;
}

/** The end of one run, for logs and metrics. */
export interface TaskRun {
  readonly handler: string;
  readonly eventKey: string;
  readonly trigger: string;
  readonly attempt: number;
  readonly outcome: RunOutcome;
  readonly durationMs: number;
  readonly error?: string;
  readonly retryAt?: Date;
}

export type RunOutcome = 'done' | 'skipped' | 'retried' | 'dead' | 'released' | 'lost';

export interface EngineEvents {
  taskRun(run: TaskRun): void;
  /** A handler has asked to be paused. */
  handlerPaused(handler: string, reason: string): void;
  databaseFailed(error: unknown): void;
  /** A task could not be settled because of a bug; its hold expires. */
  failed(error: unknown): void;
  databaseAnswered(): void;
}
