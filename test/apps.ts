import { execFile } from 'node:child_process';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { freePort, type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { programs } from '@sinch-callbacks/dev-env/stack';

/** All variables of a process. */
export type Variables = Readonly<Record<string, string>>;

export interface RunningIngest extends StartedProcess {
  readonly webhookUrl: string;
}

export interface RunningWorker extends StartedProcess {
  readonly adminUrl: string;
}

export async function migrate(variables: Variables): Promise<void> {
  const options = { env: variables, timeout: 60_000 };
  await promisify(execFile)(process.execPath, [programs.migrate], options);
}

/** Starts the ingest that `pnpm build` made. */
export async function startIngest(variables: Variables): Promise<RunningIngest> {
  const port = await freePort();
  return await runIngest(programs.ingest, port, {
    ...variables,
    HOSTNAME: '127.0.0.1',
    PORT: String(port),
  });
}

/** Starts the ingest without Next, from its sources. */
export async function startListener(variables: Variables, log?: Writable): Promise<RunningIngest> {
  const port = await freePort();
  return await runIngest(programs.listener, port, { ...variables, INGEST_PORT: String(port) }, log);
}

async function runIngest(
  program: string,
  port: number,
  env: Variables,
  log?: Writable,
): Promise<RunningIngest> {
  const webhookUrl = `http://127.0.0.1:${port}/api/sinch/webhook`;
  const ingest = await startProcess({
    name: 'ingest',
    command: process.execPath,
    args: [program],
    env,
    readyWhen: { kind: 'http', url: webhookUrl, status: 405 },
    stopTimeoutMs: 30_000,
    ...(log && { log }),
  });
  return { ...ingest, webhookUrl };
}

export async function startWorker(variables: Variables, log?: Writable): Promise<RunningWorker> {
  const port = await freePort();
  const adminUrl = `http://127.0.0.1:${port}`;
  const worker = await startProcess({
    name: 'worker',
    command: process.execPath,
    args: [programs.worker],
    env: { ...variables, ADMIN_PORT: String(port) },
    readyWhen: { kind: 'http', url: `${adminUrl}/healthz` },
    stopTimeoutMs: 30_000,
    ...(log && { log }),
  });
  return { ...worker, adminUrl };
}
