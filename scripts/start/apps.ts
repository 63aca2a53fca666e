import { access } from 'node:fs/promises';
import {
  describeExit,
  freePort,
  type ProcessOptions,
  type StartedProcess,
  startProcess,
} from '@sinch-callbacks/testing/processes';
import { logFile } from './log-file.ts';
import { type Places, programs } from './places.ts';
import { portNote } from './port-note.ts';
import type { RunningPart } from './running-part.ts';

export interface AppSettings {
  readonly places: Places;
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
const migrateTimeoutMs = 120_000;

/** Brings the database up to date. */
export async function migrate(settings: AppSettings): Promise<void> {
  const run = await startProcess({
    ...runNode(settings, 'migrate', programs.migrate),
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
  await assertBuilt();
  const port = await freePort(settings.places.ports.ingest);
  const url = `http://${host}:${port}`;
  const app = await startProcess({
    ...runNode(settings, 'ingest', programs.ingest),
    env: environment(settings, { PORT: String(port), HOSTNAME: host }),
    readyWhen: { kind: 'http', url: `${url}/api/health` },
  });
  return runningApp('ingest', url, settings.places.ports.ingest, app);
}

export async function startWorker(settings: AppSettings): Promise<RunningApp> {
  const port = await freePort(settings.places.ports.admin);
  const url = `http://${host}:${port}`;
  const app = await startProcess({
    ...runNode(settings, 'worker', programs.worker),
    env: environment(settings, { ADMIN_HOST: host, ADMIN_PORT: String(port) }),
    readyWhen: { kind: 'http', url: `${url}/readyz` },
  });
  return runningApp('worker', url, settings.places.ports.admin, app);
}

function runNode({ places }: AppSettings, name: string, script: string): ProcessOptions {
  const log = logFile(places, name);
  return { name, command: process.execPath, args: [script], cwd: programs.root, log };
}

function runningApp(
  name: string,
  url: string,
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

async function assertBuilt(): Promise<void> {
  try {
    await access(programs.ingest);
  } catch (error) {
    throw new Error('apps/ingest is not built: run `pnpm build` first.', { cause: error });
  }
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
