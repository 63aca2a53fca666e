import {
  describeExit,
  freePort,
  type StartedProcess,
  startProcess,
} from '@sinch-callbacks/testing/processes';
import {
  type AppProcess,
  type AppSurroundings,
  assertBuilt,
  ingestProcess,
  workerProcess,
} from './app-processes.ts';
import { logFile } from './log-file.ts';
import type { Places } from './places.ts';
import { portNote } from './port-note.ts';
import type { RunningPart } from './running-part.ts';

export interface AppSettings extends AppSurroundings {
  readonly places: Places;
}

export interface RunningApp extends RunningPart {
  readonly url: string;
  readonly pid: number;
  readonly note: string;
}

export async function startIngest(settings: AppSettings): Promise<RunningApp> {
  await assertBuilt();
  const { places } = settings;
  const preferred = places.ports.ingest;
  const app = ingestProcess(settings, await freePort(preferred));
  return runningApp('ingest', app, preferred, await start('ingest', app, places));
}

export async function startWorker(settings: AppSettings): Promise<RunningApp> {
  const { places } = settings;
  const preferred = places.ports.admin;
  const app = workerProcess(settings, await freePort(preferred));
  return runningApp('worker', app, preferred, await start('worker', app, places));
}

function start(name: string, app: AppProcess, places: Places): Promise<StartedProcess> {
  return startProcess({ ...app, log: logFile(places, name) });
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
