import { setTimeout as sleep } from 'node:timers/promises';
import { rawBodyBytes, rawBodyText, readSinchEvent } from '@sinch-callbacks/core';
import type { Database, ErasureKeys } from '@sinch-callbacks/db';
import type { QueryRunner } from '@sinch-callbacks/outbound';
import {
  type HandlerContext,
  type HandlerLog,
  type HandlerTransaction,
} from '../api/handler-context.ts';
import type { HandlerEvent } from '../api/handler-event.ts';
import type { Handler } from '../api/on.ts';
import { messageKey, queueHandlerMessage } from '../api/send-message.ts';
import type { AbortReason } from '../engine/contract.ts';
import type { ClaimedTask } from '../tasks/claim-tasks.ts';
import { commitTask } from '../tasks/commit-task.ts';
import type { RunResult } from '../tasks/decide-settlement.ts';
import { joinedRowsOf } from './joined-rows.ts';
import { resultOf, TimedOut } from './run-result.ts';

export interface RunServices {
  readonly database: Database;
  readonly log: HandlerLog;
  /** Find people who were erased, and their opt-outs. */
  readonly erasureKeys?: ErasureKeys | undefined;
}

/** One run of a task. */
export interface TaskInProgress {
  /** Resolves with the result; never rejects. */
  readonly result: Promise<RunResult>;
  abort(reason: AbortReason): void;
}

/** The time that a handler has to end after its signal, before its run counts as failed. */
const graceMs = 1_000;

/** Runs a handler for one task, with the services of its context. */
export function runTask(
  handler: Handler,
  task: ClaimedTask,
  services: RunServices,
): TaskInProgress {
  const controller = new AbortController();
  let abortedFor: AbortReason | undefined;
  return {
    result: run(),
    abort(reason) {
      abortedFor = reason;
      controller.abort(new Error(reason === 'lost' ? 'the task was lost' : 'the process stops'));
    },
  };

  async function run(): Promise<RunResult> {
    const event = eventOf(task);
    if (event === undefined) {
      const message = `its body is not one of ${task.trigger}, as this release reads it`;
      return { kind: 'gave-up', message, stack: undefined };
    }
    if (!handler.triggers.includes(event.trigger)) {
      return { kind: 'skipped', reason: 'its handler is no longer for this trigger' };
    }
    const { timeout } = handler.options;
    const endsAtMs = performance.now() + timeout;
    const commits = createCommits(services.database, task, endsAtMs);
    const timer = setTimeout(() => controller.abort(new TimedOut(timeout)), timeout);
    const late = graceAfter(controller.signal);
    try {
      const ctx = contextOf(task, event, services, controller.signal, commits);
      await Promise.race([handler.run(event, ctx), late]);
      // A commit that was not awaited still decides.
      await Promise.race([commits.settled(), late]);
      return commits.isCommitted() ? { kind: 'committed' } : { kind: 'done' };
    } catch (error) {
      // Its transaction is over by then, also where the user's work in it never ends.
      await Promise.race([commits.settled().catch(ignore), sleep(graceMs)]);
      if (commits.isCommitted()) {
        services.log.warn({ err: error }, 'a handler failed after its commit');
        return { kind: 'committed' };
      }
      return resultOf(error, controller.signal, abortedFor);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Rejects with the signal's reason some time after it; the user's code may not heed the signal. */
function graceAfter(signal: AbortSignal): Promise<never> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        // `abort` is called with errors alone.
        setTimeout(() => reject(signal.reason as Error), graceMs).unref();
      },
      { once: true },
    );
  });
  late.catch(ignore);
  return late;
}

function eventOf(task: ClaimedTask): HandlerEvent | undefined {
  const { rawBody, eventKey, receivedAt } = task;
  if (rawBody === undefined) return undefined;
  const reading = readSinchEvent(rawBodyText(rawBody));
  if (reading.kind !== 'known') return undefined;
  return { ...reading.event, eventKey, receivedAt, rawBody: rawBodyBytes(rawBody) };
}

interface Commits {
  readonly commit: HandlerContext['commit'];
  /** Returns the transaction of a commit in progress, else the database. */
  readonly db: () => QueryRunner;
  readonly isCommitted: () => boolean;
  /** Resolves when no commit is in progress; rejects with the error of one that failed. */
  readonly settled: () => Promise<void>;
}

/** @param endsAtMs the end of the run: the transaction is closed by then. */
function createCommits(database: Database, task: ClaimedTask, endsAtMs: number): Commits {
  let inProgress: Promise<unknown> | undefined;
  let current: HandlerTransaction | undefined;
  let isCommitted = false;
  return {
    db: () => current ?? database.prisma,
    isCommitted: () => isCommitted,
    async settled() {
      await inProgress;
    },
    commit<T>(work: (tx: HandlerTransaction) => Promise<T>): Promise<T> {
      if (inProgress !== undefined) {
        return Promise.reject(new TypeError('ctx.commit may be called once'));
      }
      const timeoutMs = Math.max(1, Math.ceil(endsAtMs - performance.now()));
      const workWithin = async (tx: HandlerTransaction) => {
        // Also after the work: what is sent then fails, and is not sent beside the transaction.
        current = tx;
        return await work(tx);
      };
      const committing = commitTask(database, task, workWithin, timeoutMs).then((result) => {
        isCommitted = true;
        return result;
      });
      // It counts whether the handler awaits it or not.
      committing.catch(ignore);
      inProgress = committing;
      return committing;
    },
  };
}

function contextOf(
  task: ClaimedTask,
  event: HandlerEvent,
  { database, log, erasureKeys }: RunServices,
  signal: AbortSignal,
  { commit, db }: Commits,
): HandlerContext {
  const key = `${task.handler}.${task.occurrence}`;
  return {
    key,
    attempt: task.attempts + 1,
    isReplay: task.replays > 0,
    signal,
    log: withFacts(log, { handler: task.handler, eventKey: task.eventKey }),
    prisma: database.prisma,
    commit,
    send: async (name, message) =>
      await queueHandlerMessage(db(), messageKey(key, name), event, message, erasureKeys),
    ...joinedRowsOf(database, event, erasureKeys),
  };
}

/** Adds facts to each line of a log. */
function withFacts(log: HandlerLog, own: object): HandlerLog {
  return {
    debug: (facts, message) => log.debug({ ...own, ...facts }, message),
    info: (facts, message) => log.info({ ...own, ...facts }, message),
    warn: (facts, message) => log.warn({ ...own, ...facts }, message),
    error: (facts, message) => log.error({ ...own, ...facts }, message),
  };
}

const ignore = () => undefined;
