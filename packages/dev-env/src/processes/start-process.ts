import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Writable } from 'node:stream';
import { orphanGuard } from './orphan-guard.ts';
import { collectOutput, type ProcessOutput } from './process-output.ts';
import { describeReady, type ReadyWhen, waitReady } from './wait-ready.ts';

export interface ProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment of the child; the starter's own when absent. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The condition to wait for; ready at once when absent. */
  readonly readyWhen?: ReadyWhen;
  readonly readyTimeoutMs?: number;
  /** The signal of `stop`; SIGTERM when absent. */
  readonly stopSignal?: NodeJS.Signals;
  readonly stopTimeoutMs?: number;
  /** A stream that receives the whole output of the child. */
  readonly log?: Writable;
  /** Another user to run it as, which only root can do. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The name in messages; the command when absent. */
  readonly name?: string;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartedProcess {
  readonly pid: number;
  /** Resolves when it has exited, for any reason, and its output is read. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** The last lines of its output. */
  lastLines(): string;
  /** Sends the stop signal to its group, and SIGKILL when it has not exited by the deadline. */
  stop(): Promise<ProcessExit>;
  /** Sends SIGKILL to its group, as a crash does. */
  kill(): Promise<ProcessExit>;
}

const defaultReadyTimeoutMs = 30_000;
const defaultStopTimeoutMs = 10_000;
const outputGraceMs = 2_000;

/**
 * Starts a process in a group of its own and waits until it is ready. It is stopped when its
 * starter exits, even if that is killed.
 * @throws when it cannot start, exits early or is not ready in time. Its group is then killed; the
 * message has the last lines of its output.
 */
export async function startProcess(options: ProcessOptions): Promise<StartedProcess> {
  const name = options.name ?? options.command;
  const child = spawn(options.command, options.args ?? [], {
    cwd: options.cwd,
    env: options.env && { ...compileCache(), ...options.env },
    ...options.user,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = whenExited(child);
  const pid = await whenSpawned(child, name);
  const copies = [options.log, openLog(name, pid, exited)].filter((copy) => copy !== undefined);
  const output = collectOutput([child.stdout, child.stderr], copies);
  orphanGuard.watch(pid, options.stopSignal ?? 'SIGTERM');
  void exited.then(() => orphanGuard.forget(pid));

  const started = control(pid, exited, output, options);
  try {
    await whenReady(name, options, output, exited);
    return started;
  } catch (error) {
    await started.kill();
    throw error;
  }
}

/** Returns the variable for Node's compile cache, which is set in tests. */
export function compileCache(): NodeJS.ProcessEnv {
  const directory = process.env['NODE_COMPILE_CACHE'];
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

/** In a test, opens a file for the output, in the directory that the failure report names. */
function openLog(name: string, pid: number, exited: Promise<unknown>): Writable | undefined {
  const directory = process.env['TEST_LOGS'];
  if (directory === undefined) return undefined;
  mkdirSync(directory, { recursive: true });
  const file = createWriteStream(join(directory, `${basename(name)}-${pid}.log`));
  // The directory may be removed before the last lines are written.
  file.on('error', () => undefined);
  void exited.then(() => file.end());
  return file;
}

function whenSpawned(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (error) => {
      reject(new Error(`${name} could not be started: ${error.message}`, { cause: error }));
    });
  });
}

/**
 * Waits for the exit of the process and kills the rest of its group. Then it waits for the end of
 * the output, but not long, because a grandchild may hold the pipes open.
 */
function whenExited(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      const finish = () => resolve({ code, signal });
      const timer = setTimeout(finish, outputGraceMs);
      child.once('close', () => {
        clearTimeout(timer);
        finish();
      });
    });
  });
}

async function whenReady(
  name: string,
  options: ProcessOptions,
  output: ProcessOutput,
  exited: Promise<ProcessExit>,
): Promise<void> {
  const readyWhen = options.readyWhen ?? { kind: 'at-once' };
  const timeoutMs = options.readyTimeoutMs ?? defaultReadyTimeoutMs;
  const waiting = new AbortController();
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), timeoutMs);
  try {
    const ready = waitReady(readyWhen, output, waiting.signal).then(() => 'ready' as const);
    const result = await Promise.race([ready, exited, late.promise]);
    if (result === 'ready') return;
    const fault =
      result === 'late'
        ? `was not ready after ${timeoutMs} ms (waited for ${describeReady(readyWhen)})`
        : `ended before it was ready (${describeExit(result)})`;
    throw new Error(`${name} ${fault}. Its last lines:\n${output.lastLines()}`);
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}

/** Returns "exit code 1" or "SIGKILL". */
export function describeExit({ code, signal }: ProcessExit): string {
  return signal ?? `exit code ${code ?? 'unknown'}`;
}

function control(
  pid: number,
  exited: Promise<ProcessExit>,
  output: ProcessOutput,
  { stopSignal = 'SIGTERM', stopTimeoutMs = defaultStopTimeoutMs }: ProcessOptions,
): StartedProcess {
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
  });
  // Another process may soon have the id of one that has exited.
  const signal = (name: NodeJS.Signals) => {
    if (!hasExited) signalGroup(pid, name);
  };
  return {
    pid,
    exited,
    lastLines: () => output.lastLines(),
    kill() {
      signal('SIGKILL');
      return exited;
    },
    async stop() {
      signal(stopSignal);
      const timer = setTimeout(() => signal('SIGKILL'), stopTimeoutMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
