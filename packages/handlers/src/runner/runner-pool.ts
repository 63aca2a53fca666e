import { setTimeout as sleep } from 'node:timers/promises';
import type { HandlerDeclaration, TaskExecutor } from '../engine/contract.ts';
import type { ClaimedTask } from '../tasks/claim-tasks.ts';
import type { RunResult } from '../tasks/decide-settlement.ts';
import {
  type LoadResult,
  type RunnerEnd,
  type RunnerOptions,
  type RunnerProcess,
  startRunner,
} from './runner-process.ts';

/**
 * Two processes that run the user's code: one for all tasks, and one for tasks that may have ended
 * their process, one at a time. Both are started again when they end.
 */
export interface RunnerPool extends TaskExecutor {
  /** Loads the user's files again. Runs in progress end with the old ones. */
  reload(): void;
  /** True while the user's files are loaded. */
  isLoaded(): boolean;
  /** Ends both processes, once nothing runs or at the deadline. */
  stop(): Promise<void>;
}

export interface RunnerPoolEvents {
  /** The handlers whose tasks can run now: none while there is no process. */
  handlersChanged(handlers: readonly HandlerDeclaration[]): void;
  notLoaded(result: Extract<LoadResult, { kind: 'not-loaded' }>): void;
  /** A process ended unasked; its tasks in progress have no outcome. */
  runnerEnded(end: RunnerEnd): void;
}

export interface RunnerTimings {
  /** The time without a sign of life after which a process is killed. */
  readonly blockedAfterMs: number;
  /** Between the end of a process and the next start. */
  readonly restartAfterMs: number;
  /** The time for runs in progress when a process is replaced. */
  readonly stopWithinMs: number;
}

export const defaultRunnerTimings: RunnerTimings = {
  blockedAfterMs: 10_000,
  restartAfterMs: 500,
  stopWithinMs: 10_000,
};

/** The pause after files that could not be loaded; saving one of them ends it. */
const retryLoadAfterMs = 5_000;

/** @param options the module that calls `serveParent`, and its arguments. */
export function openRunnerPool(
  options: Omit<RunnerOptions, 'blockedAfterMs'>,
  events: RunnerPoolEvents,
  timings: RunnerTimings = defaultRunnerTimings,
): RunnerPool {
  const runners = new Set<RunnerProcess>();
  let current: RunnerProcess | undefined;
  let apart: RunnerProcess | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let isStopped = false;
  let onReload: () => void = ignore;

  function start(): RunnerProcess {
    const runner = startRunner({ ...options, blockedAfterMs: timings.blockedAfterMs });
    runners.add(runner);
    void runner.ended.then(() => runners.delete(runner));
    return runner;
  }

  /** Resolves at the next `reload` or `stop`. */
  function nextReload(): Promise<'reload'> {
    return new Promise((resolve) => {
      onReload = () => resolve('reload');
    });
  }

  async function keepRunning(): Promise<void> {
    while (!isStopped) {
      const reloading = nextReload();
      const loaded = await replace();
      if (isStopped) return;
      if (!loaded) await Promise.race([reloading, sleep(retryLoadAfterMs)]);
      else if ((await Promise.race([reloading, loaded.ended])) !== 'reload') await afterEnd(loaded);
    }
  }

  /** Starts a process with the files as they are now; keeps the old one where they do not load. */
  async function replace(): Promise<RunnerProcess | undefined> {
    const next = start();
    const result = await next.loaded;
    if (result.kind === 'not-loaded') {
      if (!isStopped) events.notLoaded(result);
      await next.stop(timings.stopWithinMs);
      return undefined;
    }
    const replaced = [current, apart];
    current = next;
    apart = undefined;
    for (const old of replaced) void old?.stop(timings.stopWithinMs);
    if (!isStopped) events.handlersChanged(result.handlers);
    return next;
  }

  async function afterEnd(runner: RunnerProcess): Promise<void> {
    if (isStopped) return;
    current = undefined;
    events.handlersChanged([]);
    events.runnerEnded(await runner.ended);
    await sleep(timings.restartAfterMs);
  }

  /** One at a time, so that the one that ends the process is known. */
  function runApart(task: ClaimedTask): Promise<RunResult> {
    const result = queue.then(async () => {
      if (isStopped) return { kind: 'stopped' } as const;
      apart ??= await startApart();
      return (await apart?.run(task)) ?? ({ kind: 'not-run' } as const);
    });
    queue = result;
    return result;
  }

  async function startApart(): Promise<RunnerProcess | undefined> {
    const runner = start();
    const result = await runner.loaded;
    void runner.ended.then((end) => {
      if (apart !== runner) return;
      apart = undefined;
      if (!isStopped) events.runnerEnded(end);
    });
    if (result.kind === 'ready') return runner;
    if (!isStopped) events.notLoaded(result);
    await runner.stop(timings.stopWithinMs);
    return undefined;
  }

  const keeping = keepRunning();
  return {
    async run(task, _handler, isSuspect) {
      if (isSuspect) return await runApart(task);
      return (await current?.run(task)) ?? { kind: 'not-run' };
    },
    abort(token, reason) {
      for (const runner of runners) runner.abort(token, reason);
    },
    reload: () => onReload(),
    isLoaded: () => current !== undefined,
    async stop() {
      isStopped = true;
      onReload();
      await Promise.all([...runners].map((runner) => runner.stop(timings.stopWithinMs)));
      await keeping;
    },
  };
}

const ignore = () => undefined;
