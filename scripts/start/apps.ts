import { access } from 'node:fs/promises';
import {
  describeExit,
  freePort,
  type ProcessOptions,
  type StartedProcess,
  startProcess,
} from '@sinch-callbacks/testing/processes';
import { places } from './places.ts';
import type { RunningPart } from './running-part.ts';
import { logFile, portNote } from './servers.ts';

export interface AppSettings {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly webhookSecret: string;
}

export interface RunningApp extends RunningPart {
  readonly url: string;
  readonly pid: number;
  readonly note: string;
}

const host = '127.0.0.1';
const preferredPorts = { ingest: 3000, admin: 3001 };
const migrateTimeoutMs = 120_000;

/** Brings the database up to date. */
export async function migrate(settings: AppSettings): Promise<void> {
  const run = await startProcess({
    ...runNode('migrate', places.migrate),
    env: environment(settings, {}),
    readyWhen: { kind: 'at-once' },
  });
  const timer = setTimeout(() => void run.kill(), migrateTimeoutMs);
  const exit = await run.exited;
  clearTimeout(timer);
  if (exit.code !== 0) {
    throw new Error(`The migrations failed (${describeExit(exit)}):\n${run.lastLines()}`);
  }
}

/** The production server of Next, as built. */
export async function startIngest(settings: AppSettings): Promise<RunningApp> {
  await access(places.ingest);
  const port = await freePort(preferredPorts.ingest);
  const url = `http://${host}:${port}`;
  const app = await startProcess({
    ...runNode('ingest', places.ingest),
    env: environment(settings, { PORT: String(port), HOSTNAME: host }),
    readyWhen: { kind: 'http', url: `${url}/api/health` },
  });
  return runningApp('ingest', url, preferredPorts.ingest, app);
}

export async function startWorker(settings: AppSettings): Promise<RunningApp> {
  const port = await freePort(preferredPorts.admin);
  const url = `http://${host}:${port}`;
  const app = await startProcess({
    ...runNode('worker', places.worker),
    env: environment(settings, { ADMIN_HOST: host, ADMIN_PORT: String(port) }),
    readyWhen: { kind: 'http', url: `${url}/readyz` },
  });
  return runningApp('worker', url, preferredPorts.admin, app);
}

function runNode(name: string, script: string): ProcessOptions {
  return { name, command: process.execPath, args: [script], cwd: places.root, log: logFile(name) };
}

function runningApp(
  name: string,
  url: string,
  preferredPort: number,
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

/** Variables of ours that happen to be set in the terminal must not reach this stack. */
const ours = /^(SINCH_|INGEST_|WORKER_|ADMIN_|QUEUE_PREFIX$|REDIS_URL$|DATABASE_URL$)/;

function environment(settings: AppSettings, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return {
    ...Object.fromEntries(inherited),
    NODE_ENV: 'production',
    DATABASE_URL: settings.databaseUrl,
    ...(settings.redisUrl === undefined ? {} : { REDIS_URL: settings.redisUrl }),
    SINCH_WEBHOOK_SECRET: settings.webhookSecret,
    ...own,
  };
}
