import { randomUUID } from 'node:crypto';
import type { Database } from '@sinch-callbacks/db';
import { setHandlerState } from '../registry/manage-handlers.ts';
import { type ClaimedTask, claimTasks, type FreeSlots } from '../tasks/claim-tasks.ts';
import {
  decideSettlement,
  maxLostStarts,
  type RunResult,
  suspectStarts,
} from '../tasks/decide-settlement.ts';
import { freeExpiredHolds, renewHolds } from '../tasks/holds.ts';
import type { EngineEvents, HandlerDeclaration, TaskExecutor } from './contract.ts';
import { createOutageJudge } from './judge-outage.ts';
import { outcomeOf, released, withRedactedError } from './run-outcome.ts';
import { createSettleQueue } from './settle-queue.ts';

export interface EngineTimings {
  /** Between two looks for tasks. */
  readonly pollMs: number;
  /** A hold lasts this long without being extended. */
  readonly holdMs: number;
  /** Between two extensions. */
  readonly renewMs: number;
  /** The time for runs in progress when the process stops; then their signal aborts. */
  readonly stopWithinMs: number;
  /** The time for runs in progress after that; then they are given back. */
  readonly abortWithinMs: number;
}

export const defaultEngineTimings: EngineTimings = {
  pollMs: 250,
  holdMs: 20_000,
  renewMs: 4_000,
  stopWithinMs: 10_000,
  abortWithinMs: 3_000,
};

/** The pause after a search takes at least so many times as long as the search. */
const searchShare = 4;
const longestPauseMs = 5_000;

export interface Engine {
  /** Replaces the handlers whose tasks are claimed; runs in progress go on. */
  serve(handlers: readonly HandlerDeclaration[]): void;
  /** Runs in progress, by handler. */
  inProgress(): ReadonlyMap<string, number>;
  /** Milliseconds since it last looked for tasks, or tried to. */
  idleMs(): number;
  /** Claims no more, ends the runs in progress or gives them back, and writes how they ended. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly database: Pick<Database, 'pool'>;
  readonly executor: TaskExecutor;
  readonly events: EngineEvents;
  /** Removes secrets and personal data from an error's text. */
  readonly redactText: (text: string) => string;
  readonly timings?: Partial<EngineTimings>;
}

/**
 * Claims tasks, has them run and settles them. It never runs the user's code itself, so nothing
 * that such code does can keep it from extending its holds.
 */
export function startEngine(options: EngineOptions): Engine {
  const { database, executor, events, redactText } = options;
  const timings = { ...defaultEngineTimings, ...options.timings };
  const holder = randomUUID();
  const running = new Map<string, ClaimedTask>();
  const judge = createOutageJudge(database, () => isDatabaseDown);
  const settleQueue = createSettleQueue(database, (error) => events.databaseFailed(error));
  let handlers: ReadonlyMap<string, HandlerDeclaration> = new Map();
  let isStopping = false;
  let turnedAtMs = performance.now();
  let wake: () => void = ignore;
  let onIdle: () => void = ignore;
  let isWoken = false;
  /** True after holds could not be extended. */
  let isDatabaseDown = false;

  const inProgress = () => countBy([...running.values()]);

  function freeSlots(): FreeSlots[] {
    const busy = inProgress();
    return [...handlers.values()].flatMap(({ name, options: { concurrency, order } }) => {
      const slots = concurrency - (busy.get(name) ?? 0);
      return slots > 0 ? [{ handler: name, slots, order }] : [];
    });
  }

  async function poll(): Promise<void> {
    while (!isStopping) {
      isWoken = false;
      turnedAtMs = performance.now();
      const isClaimed = await claim();
      // A search among many tasks that may not run yet must not keep Postgres busy.
      const tookMs = isClaimed ? performance.now() - turnedAtMs : 0;
      turnedAtMs = performance.now();
      await pauseOrWake(Math.max(timings.pollMs, Math.min(searchShare * tookMs, longestPauseMs)));
    }
  }

  /** Returns false where the database failed. */
  async function claim(): Promise<boolean> {
    const wanted = freeSlots();
    if (wanted.length === 0) return true;
    try {
      const tasks = await claimTasks(database, wanted, holder, timings.holdMs);
      events.databaseAnswered();
      for (const task of tasks) runAndSettle(task).catch((error: unknown) => events.failed(error));
      return true;
    } catch (error) {
      events.databaseFailed(error);
      return false;
    }
  }

  async function pauseOrWake(pauseMs: number): Promise<void> {
    if (isWoken) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs);
    wake = resolve;
    await promise;
    clearTimeout(timer);
    wake = ignore;
  }

  /** Looks for tasks at once: a place, or a key, is free again. */
  function pollNow(): void {
    isWoken = true;
    wake();
  }

  async function runAndSettle(task: ClaimedTask): Promise<void> {
    running.set(task.token, task);
    try {
      await runOnce(task);
    } finally {
      running.delete(task.token);
      if (running.size === 0) onIdle();
      pollNow();
    }
  }

  async function runOnce(task: ClaimedTask): Promise<void> {
    const startedAt = performance.now();
    const handler = handlers.get(task.handler);
    const outcome = await (handler === undefined || isStopping
      ? ({ kind: 'stopped' } as const)
      : runTask(task, handler));
    const result = await judge(task, outcome);
    await settle(task, handler, result, performance.now() - startedAt);
  }

  async function runTask(task: ClaimedTask, handler: HandlerDeclaration): Promise<RunResult> {
    const { rawBody, lostStarts, receivedAt } = task;
    if (rawBody === undefined) return { kind: 'skipped', reason: 'the event was erased' };
    if (rawBody.text === '') return { kind: 'skipped', reason: 'the event was redacted' };
    // Its process ended the fifth time with the engine, so that only the hold's end was seen.
    if (lostStarts >= maxLostStarts) return { kind: 'lost' };
    const { maxAge } = handler.options;
    if (maxAge !== undefined && Date.now() - Date.parse(receivedAt) > maxAge) {
      return { kind: 'skipped', reason: 'older than its maxAge' };
    }
    return await executor.run(task, handler, lostStarts >= suspectStarts);
  }

  async function settle(
    task: ClaimedTask,
    handler: HandlerDeclaration | undefined,
    result: RunResult,
    durationMs: number,
  ): Promise<void> {
    const { eventKey, trigger } = task;
    const attempt = task.attempts + 1;
    const run = { handler: task.handler, eventKey, trigger, attempt, durationMs };
    if (result.kind === 'committed') {
      events.taskRun({ ...run, outcome: 'done' });
      return;
    }
    const redacted = withRedactedError(result, redactText);
    const settlement = handler
      ? decideSettlement(redacted, task, handler, new Date())
      : released(task);
    // Before its tasks can be claimed again.
    if (redacted.kind === 'paused') await pause(task.handler, redacted.reason);
    const isSettled = await settleQueue.settle({ task, settlement });
    events.taskRun({
      ...run,
      outcome: isSettled ? outcomeOf(result, settlement) : 'lost',
      ...('message' in redacted && { error: redacted.message }),
      ...(settlement.retryAt && { retryAt: settlement.retryAt }),
    });
  }

  async function pause(name: string, reason: string): Promise<void> {
    try {
      await setHandlerState(database, name, 'PAUSED', 'ACTIVE');
      events.handlerPaused(name, reason);
    } catch (error) {
      // It runs again, and asks for the pause again.
      events.databaseFailed(error);
    }
  }

  async function renew(): Promise<void> {
    try {
      const before = [...running.keys()];
      const held =
        before.length > 0 ? await renewHolds(database, holder, before, timings.holdMs) : none;
      for (const token of before)
        if (running.has(token) && !held.has(token)) executor.abort(token, 'lost');
      // After an outage the others extend theirs first, which have run out meanwhile.
      if (!isDatabaseDown && (await freeExpiredHolds(database)) > 0) pollNow();
      isDatabaseDown = false;
      events.databaseAnswered();
    } catch (error) {
      isDatabaseDown = true;
      events.databaseFailed(error);
    }
  }

  async function idle(): Promise<void> {
    if (running.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    onIdle = resolve;
    await promise;
  }

  let renewing: Promise<void> | undefined;
  const renewTimer = setInterval(() => {
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
  }, timings.renewMs);
  const polling = poll();
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    isStopping = true;
    pollNow();
    await polling;
    await settlesWithin(timings.stopWithinMs, idle());
    for (const token of running.keys()) executor.abort(token, 'stopping');
    await settlesWithin(timings.abortWithinMs, idle());
    const left = [...running.values()].map((task) => ({ task, settlement: released(task) }));
    const given = Promise.all(left.map(async (item) => await settleQueue.settle(item)));
    await settlesWithin(timings.abortWithinMs, given);
    settleQueue.stop();
    clearInterval(renewTimer);
    await renewing;
  }

  return {
    serve(declared) {
      handlers = new Map(declared.map((handler) => [handler.name, handler]));
      pollNow();
    },
    inProgress,
    idleMs: () => performance.now() - turnedAtMs,
    stop: () => (stopped ??= stop()),
  };
}

const ignore = () => undefined;
const none: ReadonlySet<string> = new Set();

function countBy(tasks: readonly ClaimedTask[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { handler } of tasks) counts.set(handler, (counts.get(handler) ?? 0) + 1);
  return counts;
}

async function settlesWithin(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
