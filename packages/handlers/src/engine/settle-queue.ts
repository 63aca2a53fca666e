import { setTimeout as sleep } from 'node:timers/promises';
import { classifyFailure, type Database } from '@sinch-callbacks/db';
import { type SettledTask, settleTasks } from '../tasks/settle-tasks.ts';

/** A queue of settlements that are written together. */
export interface SettleQueue {
  /**
   * Writes a settlement, together with all others that wait, and for as long as the database is
   * down. Returns false where another process has taken the task over, or where it cannot be
   * written: its hold then expires. Never rejects.
   */
  settle(item: SettledTask): Promise<boolean>;
  /** Gives up what cannot be written now, so that holds expire. */
  stop(): void;
}

interface Entry extends SettledTask {
  readonly done: (isSettled: boolean) => void;
}

const settledAtOnce = 500;
const pauseMs = 500;
/** Tries after errors that do not mean that the database is down, such as deadlocks. */
const maxTries = 5;

/** @param onError is called with each error. */
export function createSettleQueue(
  database: Pick<Database, 'pool'>,
  onError: (error: unknown) => void,
): SettleQueue {
  const waiting: Entry[] = [];
  let isWriting = false;
  let isStopped = false;

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) await write(waiting.splice(0, settledAtOnce));
    isWriting = false;
  }

  async function write(batch: readonly Entry[]): Promise<void> {
    for (let tries = 1; ; ) {
      try {
        const tokens = await settleTasks(database, batch);
        for (const { task, done } of batch) done(tokens.has(task.token));
        return;
      } catch (error) {
        onError(error);
        const isDown = classifyFailure(error) === 'infrastructure';
        if (isStopped || (!isDown && tries >= maxTries)) break;
        if (!isDown) tries += 1;
        await sleep(pauseMs);
      }
    }
    // One of them may be what Postgres refuses.
    if (batch.length > 1 && !isStopped) for (const entry of batch) await write([entry]);
    else for (const { done } of batch) done(false);
  }

  return {
    settle(item) {
      return new Promise((done) => {
        waiting.push({ ...item, done });
        if (!isWriting) {
          isWriting = true;
          // In the next turn: all that end in this one share a statement.
          setImmediate(() => void writeAll());
        }
      });
    },
    stop() {
      isStopped = true;
    },
  };
}
