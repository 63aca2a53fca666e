import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort, type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { root } from './readme-command.ts';

/** The variables of a process, and no others. */
export type Variables = Readonly<Record<string, string>>;

export interface RunningIngest extends StartedProcess {
  readonly webhookUrl: string;
}

export interface RunningWorker extends StartedProcess {
  readonly adminUrl: string;
}

export async function migrate(variables: Variables): Promise<void> {
  const file = path.join(root, 'apps/worker/src/migrate.ts');
  await promisify(execFile)(process.execPath, [file], { env: variables, timeout: 60_000 });
}

/** The ingest that `pnpm build` made. */
export async function startIngest(variables: Variables): Promise<RunningIngest> {
  const port = await freePort();
  const webhookUrl = `http://127.0.0.1:${port}/api/sinch/webhook`;
  const ingest = await startProcess({
    name: 'ingest',
    command: process.execPath,
    args: [path.join(root, 'apps/ingest/.next/standalone/apps/ingest/server.js')],
    env: { ...variables, HOSTNAME: '127.0.0.1', PORT: String(port) },
    readyWhen: { kind: 'http', url: webhookUrl, status: 405 },
  });
  return { ...ingest, webhookUrl };
}

export async function startWorker(variables: Variables): Promise<RunningWorker> {
  const port = await freePort();
  const adminUrl = `http://127.0.0.1:${port}`;
  const worker = await startProcess({
    name: 'worker',
    command: process.execPath,
    args: [path.join(root, 'apps/worker/src/main.ts')],
    env: { ...variables, ADMIN_PORT: String(port) },
    readyWhen: { kind: 'http', url: `${adminUrl}/healthz` },
    stopTimeoutMs: 30_000,
  });
  return { ...worker, adminUrl };
}
