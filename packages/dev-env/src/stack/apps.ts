import { describeExit, freePort, type StartedProcess, startProcess } from '../processes/index.ts';
import {
  type AppProcess,
  type AppVariables,
  assertBuilt,
  ingestProcess,
  workerProcess,
} from './app-processes.ts';
import { logFile } from './log-file.ts';
import type { StackPaths } from './paths.ts';
import { portNote } from './port-note.ts';
import type { RunningPart } from './running-part.ts';

export interface AppSettings extends AppVariables {
  readonly paths: StackPaths;
}

export interface RunningApp extends RunningPart {
  readonly url: string;
  readonly pid: number;
  readonly note: string;
}

export async function startIngest(settings: AppSettings): Promise<RunningApp> {
  await assertBuilt();
  const { paths } = settings;
  const preferred = paths.ports.ingest;
  const app = ingestProcess(settings, await freePort(preferred));
  return runningApp('ingest', app, preferred, await start('ingest', app, paths));
}

export async function startWorker(settings: AppSettings): Promise<RunningApp> {
  const { paths } = settings;
  const preferred = paths.ports.admin;
  const app = workerProcess(settings, await freePort(preferred));
  return runningApp('worker', app, preferred, await start('worker', app, paths));
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
