import { type ChildProcess, fork } from 'node:child_process';
import type { AbortReason, HandlerDeclaration } from '../engine/contract.ts';
import type { ClaimedTask } from '../tasks/claim-tasks.ts';
import type { RunResult } from '../tasks/decide-settlement.ts';
import { beatEveryMs, type FromRunner, type ToRunner } from './protocol.ts';

/** A process that runs the user's code. */
export interface RunnerProcess {
  readonly pid: number | undefined;
  /** Resolves once the user's files are loaded, or the process has ended. Never rejects. */
  readonly loaded: Promise<LoadResult>;
  /** Resolves when it has ended. */
  readonly ended: Promise<RunnerEnd>;
  /** Runs a task. The result is `lost` if the process ends first, `stopped` if it was stopped. */
  run(task: ClaimedTask): Promise<RunResult>;
  abort(token: string, reason: AbortReason): void;
  /** Ends it once nothing runs, or at the deadline. */
  stop(withinMs: number): Promise<void>;
}

export type LoadResult =
  | { readonly kind: 'ready'; readonly handlers: readonly HandlerDeclaration[] }
  | { readonly kind: 'not-loaded'; readonly message: string; readonly stack: string | undefined };

export interface RunnerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True where it was killed because its event loop had stopped. */
  readonly wasBlocked: boolean;
}

export interface RunnerOptions {
  /** The module that calls `serveParent`. */
  readonly module: URL;
  readonly args: readonly string[];
  /** The time without a beat after which it is killed. */
  readonly blockedAfterMs: number;
}

/** Starts a process that runs the user's code. */
export function startRunner({ module, args, blockedAfterMs }: RunnerOptions): RunnerProcess {
  const child = fork(module, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<string, (result: RunResult) => void>();
  const loaded = Promise.withResolvers<LoadResult>();
  const watch = watchBeats(child);
  let isStopping = false;

  child.on('message', (message) => {
    // The child is this library too.
    const received = message as FromRunner;
    switch (received.kind) {
      case 'ready':
        watch.limit(blockedAfterMs);
        loaded.resolve(received);
        return;
      case 'not-loaded':
        loaded.resolve(received);
        return;
      case 'beat':
        watch.beat();
        return;
      case 'result': {
        const { token, result } = received;
        waiting.get(token)?.(
          result.kind === 'retry-at' ? { ...result, at: new Date(result.at) } : result,
        );
        waiting.delete(token);
        return;
      }
    }
  });

  const ended = new Promise<RunnerEnd>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      watch.stop();
      const how = signal ?? `exit code ${code}`;
      loaded.resolve({
        kind: 'not-loaded',
        message: `the process ended (${how})`,
        stack: undefined,
      });
      for (const settle of waiting.values()) settle({ kind: isStopping ? 'stopped' : 'lost' });
      waiting.clear();
      resolve({ code, signal, wasBlocked: watch.hasKilled() });
    };
    child.once('exit', end);
    // It could not be started.
    child.once('error', () => {
      if (child.pid === undefined) end(null, null);
    });
  });

  function send(message: ToRunner): void {
    // A process that is ending takes no more; its end settles what waits.
    if (child.connected) child.send(message, () => undefined);
  }

  return {
    pid: child.pid,
    loaded: loaded.promise,
    ended,
    async run(task) {
      if (!child.connected) return { kind: 'not-run' };
      return await new Promise((resolve) => {
        waiting.set(task.token, resolve);
        send({ kind: 'run', task });
      });
    },
    abort: (token, reason) => send({ kind: 'abort', token, reason }),
    async stop(withinMs) {
      isStopping = true;
      send({ kind: 'stop' });
      const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The time for loading the user's files. */
const loadWithinMs = 60_000;

/** Kills a process that stops beating. Time in which this process did not run does not count. */
function watchBeats(child: ChildProcess) {
  let limitMs = loadWithinMs;
  let silentMs = 0;
  let checkedAt = performance.now();
  let hasKilled = false;
  const timer = setInterval(() => {
    silentMs += Math.min(performance.now() - checkedAt, 2 * beatEveryMs);
    checkedAt = performance.now();
    if (silentMs < limitMs) return;
    hasKilled = true;
    child.kill('SIGKILL');
  }, beatEveryMs);
  return {
    /** Sets the time without a beat after which it is killed, and counts from now. */
    limit(blockedAfterMs: number) {
      limitMs = blockedAfterMs;
      silentMs = 0;
    },
    beat() {
      silentMs = 0;
    },
    stop: () => clearInterval(timer),
    hasKilled: () => hasKilled,
  };
}
