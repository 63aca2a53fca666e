import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { describeExit, type ProcessOptions, startProcess } from '../processes/index.ts';
import type { SinchVariables } from './local-sinch.ts';
import { programs } from './paths.ts';

/** The settings that the apps of one stack share. */
export interface AppVariables {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly webhookSecret: string;
  /** The key of the list of erased people; none where no one can be erased. */
  readonly erasureKey?: string;
}

/** A process that serves HTTP, with its address. */
export interface AppProcess extends ProcessOptions {
  readonly url: string;
}

const host = '127.0.0.1';
/** A worker finishes or returns its jobs within 20 s. */
const workerStopMs = 22_000;
/** Runs in progress have 10 s, and what is left goes back. */
const handlersStopMs = 32_000;
/** Requests in progress have 18 s. */
const senderStopMs = 22_000;
/** Next compiles a page at its first request, on a slow machine for a while. */
const compileTimeoutMs = 120_000;

function migrateProcess(variables: AppVariables): ProcessOptions {
  return {
    ...runNode('migrate', programs.migrate),
    env: environment(variables, {}),
    readyWhen: { kind: 'at-once' },
  };
}

/** Returns the options of the ingest that `pnpm build` made. */
export function ingestProcess(variables: AppVariables, port: number): AppProcess {
  const url = `http://${host}:${port}`;
  return {
    ...runNode('ingest', programs.ingest),
    url,
    env: environment(variables, { PORT: String(port), HOSTNAME: host }),
    readyWhen: { kind: 'http', url: `${url}/api/health` },
  };
}

/** Returns the options of an ingest that follows changes of its sources. It needs no build. */
export function reloadingIngestProcess(variables: AppVariables, port: number): AppProcess {
  const url = `http://${host}:${port}`;
  return {
    name: 'ingest',
    command: process.execPath,
    args: [programs.nextCommand, 'dev', '--port', String(port), '--hostname', host],
    cwd: join(programs.root, 'apps/ingest'),
    url,
    env: environment(variables, { NODE_ENV: 'development', NEXT_TELEMETRY_DISABLED: '1' }),
    readyWhen: { kind: 'http', url: `${url}/api/health` },
    readyTimeoutMs: compileTimeoutMs,
  };
}

/**
 * Returns the options of a worker that starts again when its sources change. After a crash it
 * waits for the next change, and its log has the error.
 */
export function reloadingWorkerProcess(variables: AppVariables, port: number): AppProcess {
  const worker = workerProcess(variables, port);
  return { ...worker, args: ['--watch', '--watch-preserve-output', programs.worker] };
}

export function workerProcess(variables: AppVariables, port: number): AppProcess {
  const url = `http://${host}:${port}`;
  return {
    ...runNode('worker', programs.worker),
    url,
    env: environment(variables, { ADMIN_HOST: host, ADMIN_PORT: String(port) }),
    readyWhen: { kind: 'http', url: `${url}/readyz` },
    stopTimeoutMs: workerStopMs,
  };
}

/** Returns the options of a handlers process that loads the user's code again when it is saved. */
export function handlersProcess(variables: AppVariables, port: number): AppProcess {
  const url = `http://${host}:${port}`;
  return {
    ...runNode('handlers', programs.handlers),
    url,
    env: environment(variables, {
      HANDLERS_HOST: host,
      HANDLERS_PORT: String(port),
      HANDLERS_RELOAD: 'true',
    }),
    // Not /readyz: the user's code may have an error, which the log shows.
    readyWhen: { kind: 'http', url: `${url}/healthz` },
    stopTimeoutMs: handlersStopMs,
  };
}

/** Returns the options of a local Sinch API. The same seed has the same app and keys. */
export function sinchApiProcess(port: number, seed: string): AppProcess {
  const url = `http://${host}:${port}`;
  const args = ['--no-stack', 'sinch', '--api', '--port', String(port), '--seed', seed];
  return {
    ...runNode('sinch', programs.cli),
    args: [programs.cli, ...args, '--app-mode', 'CONVERSATION'],
    url,
    env: { ...process.env, NODE_ENV: 'production' },
    readyWhen: { kind: 'line', pattern: /SINCH_ACCESS_SECRET=/ },
  };
}

/** Returns the options of a sender of the local API's app. */
export function senderProcess(
  variables: AppVariables,
  sinch: SinchVariables,
  port: number,
): AppProcess {
  const url = `http://${host}:${port}`;
  return {
    ...runNode('sender', programs.sender),
    url,
    env: environment(variables, { ...sinch, SENDER_HOST: host, SENDER_PORT: String(port) }),
    readyWhen: { kind: 'http', url: `${url}/readyz` },
    stopTimeoutMs: senderStopMs,
  };
}

/** Returns the options of a handlers process with the handlers of a module, which stay loaded. */
export function handlersProcessOf(
  variables: AppVariables,
  port: number,
  modulePath: string,
): AppProcess {
  const handlers = handlersProcess(variables, port);
  return {
    ...handlers,
    args: [programs.handlersOfModule, modulePath],
    env: { ...handlers.env, HANDLERS_RELOAD: 'false' },
    readyWhen: { kind: 'http', url: `${handlers.url}/readyz` },
  };
}

/** @throws when `pnpm build` has not been run. */
export async function assertBuilt(): Promise<void> {
  try {
    await access(programs.ingest);
  } catch (error) {
    throw new Error('apps/ingest is not built: run `pnpm build` first.', { cause: error });
  }
}

function runNode(name: string, script: string): ProcessOptions {
  return { name, command: process.execPath, args: [script], cwd: programs.root };
}

/** Variables of the apps, which must not reach this stack from the terminal. */
const ours =
  /^(SINCH_|INGEST_|WORKER_|HANDLERS_|SENDER_|ADMIN_|QUEUE_|RETENTION_|ERASURE_|GUARD_DAYS$|REDACT_AFTER_DAYS$|REDIS_URL$|DATABASE_URL$|DIRECT_URL$)/;

function environment(variables: AppVariables, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return {
    ...Object.fromEntries(inherited),
    NODE_ENV: 'production',
    DATABASE_URL: variables.databaseUrl,
    ...(variables.redisUrl === undefined ? {} : { REDIS_URL: variables.redisUrl }),
    SINCH_WEBHOOK_SECRET: variables.webhookSecret,
    ...(variables.erasureKey === undefined ? {} : { ERASURE_KEY: variables.erasureKey }),
    ...own,
  };
}

const timeoutMs = 120_000;

/**
 * Brings the database to the newest migration.
 * @throws when that fails; the message has the last lines of its output.
 */
export async function migrate(variables: AppVariables, log?: Writable): Promise<void> {
  const run = await startProcess({ ...migrateProcess(variables), ...(log && { log }) });
  const timer = setTimeout(() => void run.kill(), timeoutMs);
  const exit = await run.exited;
  clearTimeout(timer);
  if (exit.code !== 0) {
    throw new Error(`The migrations failed (${describeExit(exit)}):\n${run.lastLines()}`);
  }
}
