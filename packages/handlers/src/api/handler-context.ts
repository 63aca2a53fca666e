import type { Database } from '@sinch-callbacks/db';
import type { JoinedRows } from '../runner/joined-rows.ts';
import type { HandlerMessage, HandlerSend } from './send-message.ts';

/** A transaction of Prisma, for `HandlerContext.commit`. */
export type HandlerTransaction = Parameters<
  Parameters<Database['prisma']['$transaction']>[0] extends (tx: infer T) => unknown
    ? (tx: T) => void
    : never
>[0];

/** A log for the user's code. It removes secrets, bodies and phone numbers from its lines. */
export interface HandlerLog {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The facts and services of one run of a task. */
export interface HandlerContext extends JoinedRows {
  /**
   * The same for all attempts and replays of a task, and for no other task: the idempotency key for
   * systems outside. A run may be the second one, if a process ended before the first was recorded.
   */
  readonly key: string;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /** True after a replay. */
  readonly isReplay: boolean;
  /** Aborts at the timeout, when the process stops, and when another process has the task. */
  readonly signal: AbortSignal;
  readonly log: HandlerLog;
  /** The database, through Prisma. What is written by it is not undone when the run fails. */
  readonly prisma: Database['prisma'];
  /**
   * Runs `work` and settles the task as done in one transaction: both happen, or neither. Call it
   * once, as the last step.
   * @throws TaskLostError when another process has the task; nothing is written then.
   */
  commit<T>(work: (tx: HandlerTransaction) => Promise<T>): Promise<T>;
  /**
   * Queues a message, once for each name, however often the task runs. Within `commit` it is part of
   * its transaction: queued exactly when the task is done. It is sent soon, by the sender.
   * @param name of the message among those of this handler for this event, such as `reply`.
   * @throws TypeError for a message that cannot be sent, or that an earlier run of this task has
   *   queued with other content.
   */
  send(name: string, message: HandlerMessage): Promise<HandlerSend>;
}

/** An error of `commit`: this run no longer has the task, so nothing of it was written. */
export class TaskLostError extends Error {
  readonly code = 'TASK_LOST';

  constructor() {
    super('another process has taken this task over');
    this.name = 'TaskLostError';
  }
}
