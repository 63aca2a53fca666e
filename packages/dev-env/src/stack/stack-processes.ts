import { describeExit, freePort, type StartedProcess, startProcess } from '../processes/index.ts';
import { ensureDatabase, startPostgres, startRedis } from '../servers/index.ts';
import {
  type AppProcess,
  type AppVariables,
  assertBuilt,
  handlersProcess,
  ingestProcess,
  reloadingIngestProcess,
  reloadingWorkerProcess,
  senderProcess,
  sinchApiProcess,
  workerProcess,
} from './app-processes.ts';
import { readSinchVariables, type SinchVariables } from './local-sinch.ts';
import { logFile, type StackPaths } from './paths.ts';

/** A process or server of the stack, which runs until it is closed. */
export interface RunningPart {
  readonly name: string;
  /** Resolves with its last lines when it exits. */
  readonly ended: Promise<string>;
  close(): Promise<unknown>;
}

export interface DatabaseServer extends RunningPart {
  readonly databaseUrl: string;
  readonly note: string;
}

export interface QueueServer extends RunningPart {
  /** Absent when there is no Redis: the queue is then in Postgres. */
  readonly redisUrl: string | undefined;
  readonly note: string;
  /** Advice on how to get a Redis, when there is none. */
  readonly advice?: string;
}

const databaseName = 'sinch_callbacks';

/** Opens a real Postgres that keeps its data from run to run. */
export async function openDatabase(paths: StackPaths): Promise<DatabaseServer> {
  const { postgres: port } = paths.ports;
  const server = await startPostgres({
    dataDir: paths.postgres,
    ...(port === undefined ? {} : { port }),
    log: logFile(paths, 'postgres'),
  });
  const databaseUrl = await ensureDatabase(server.url, databaseName);
  const notes = [`${server.kind}, ${portNote(server.url, port)}`];
  if (server.directory !== undefined && server.directory !== paths.postgres) {
    notes.push(`data in ${server.directory}`);
  }
  const { ended } = server;
  return {
    name: 'postgres',
    databaseUrl,
    note: notes.join(', '),
    ended,
    close: () => server.close(),
  };
}

/** Opens a Redis from any source; without one, the queue is in Postgres. */
export async function openQueue(paths: StackPaths): Promise<QueueServer> {
  const { redis: port } = paths.ports;
  const server = await startRedis({
    dataDir: paths.redis,
    ...(port === undefined ? {} : { port }),
    log: logFile(paths, 'redis'),
  });
  if (server.kind === 'unavailable') {
    return {
      name: 'queue',
      redisUrl: undefined,
      note: 'in Postgres, as there is no Redis',
      advice: server.message,
      ended: new Promise(() => {}),
      close: async () => {},
    };
  }
  const { ended } = server;
  return {
    name: 'redis',
    redisUrl: server.url,
    note: `Redis (${server.kind}), ${portNote(server.url, port)}`,
    ended,
    close: () => server.close(),
  };
}

export interface AppSettings extends AppVariables {
  readonly paths: StackPaths;
  /** Follows changes of the sources, for developers. Otherwise it runs what `pnpm build` made. */
  readonly isReloading?: boolean;
}

export interface RunningApp extends RunningPart {
  readonly url: string;
  readonly pid: number;
  readonly note: string;
}

export async function startIngest(settings: AppSettings): Promise<RunningApp> {
  const { paths, isReloading = false } = settings;
  if (!isReloading) await assertBuilt();
  const preferred = paths.ports.ingest;
  const open = isReloading ? reloadingIngestProcess : ingestProcess;
  const app = open(settings, await freePort(preferred));
  return runningApp('ingest', app, preferred, await start('ingest', app, paths));
}

export async function startWorker(settings: AppSettings): Promise<RunningApp> {
  const { paths, isReloading = false } = settings;
  const preferred = paths.ports.admin;
  const open = isReloading ? reloadingWorkerProcess : workerProcess;
  const app = open(settings, await freePort(preferred));
  return runningApp('worker', app, preferred, await start('worker', app, paths));
}

export async function startHandlers(settings: AppSettings): Promise<RunningApp> {
  const { paths } = settings;
  const preferred = paths.ports.handlers;
  const app = handlersProcess(settings, await freePort(preferred));
  return runningApp('handlers', app, preferred, await start('handlers', app, paths));
}

export interface RunningSinchApi extends RunningApp {
  readonly variables: SinchVariables;
}

export async function startSinchApi(paths: StackPaths, seed: string): Promise<RunningSinchApi> {
  const preferred = paths.ports.sinchApi;
  const app = sinchApiProcess(await freePort(preferred), seed);
  const started = await start('sinch', app, paths);
  const variables = await readSinchVariables(started);
  return { ...runningApp('sinch', app, preferred, started), variables };
}

export async function startSender(
  settings: AppSettings,
  sinch: SinchVariables,
): Promise<RunningApp> {
  const { paths } = settings;
  const preferred = paths.ports.sender;
  const app = senderProcess(settings, sinch, await freePort(preferred));
  return runningApp('sender', app, preferred, await start('sender', app, paths));
}

function start(name: string, app: AppProcess, paths: StackPaths): Promise<StartedProcess> {
  return startProcess({ ...app, log: logFile(paths, name) });
}

function runningApp(
  name: string,
  { url }: AppProcess,
  preferredPort: number | undefined,
  app: StartedProcess,
): RunningApp {
  return {
    name,
    url,
    pid: app.pid,
    note: portNote(url, preferredPort),
    ended: app.exited.then((exit) => `(${describeExit(exit)})\n${app.lastLines()}`),
    close: () => app.stop(),
  };
}

/** Names the port, and the preferred one when that was taken. */
function portNote(url: string, preferred: number | undefined): string {
  const port = new URL(url).port;
  return preferred === undefined || port === String(preferred)
    ? `port ${port}`
    : `port ${port}, as ${preferred} is taken`;
}
