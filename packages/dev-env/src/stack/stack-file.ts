import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { endLeftover, isAlive } from '../processes/index.ts';
import { readIfExists } from '../processes/read-if-exists.ts';
import type { SinchVariables } from './local-sinch.ts';
import { programs, type StackPaths } from './paths.ts';

/** The content of `stack.json`, for other programs while the stack runs. It has passwords. */
export interface Stack {
  readonly ingestUrl: string;
  readonly adminUrl: string;
  readonly handlersUrl: string;
  readonly senderUrl: string;
  /** The variables of the local Sinch API and its one app. */
  readonly sinch: SinchVariables;
  readonly databaseUrl: string;
  /** Redis, or the database where the queue lives there. */
  readonly queueUrl: string;
  readonly webhookSecret: string;
  /** The settings of `callbacks erase`. */
  readonly erasure: { readonly key: string; readonly logFile: string };
  readonly pids: Readonly<
    Record<'start' | 'ingest' | 'worker' | 'handlers' | 'sender' | 'sinch', number>
  >;
}

/** Writes the file in one step, so that no reader sees half of it. */
export async function writeStackFile(paths: StackPaths, stack: Stack): Promise<void> {
  const unfinished = `${paths.stackFile}.unfinished`;
  await writeFile(unfinished, `${JSON.stringify(stack, undefined, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, paths.stackFile);
}

export async function removeStackFile(paths: StackPaths): Promise<void> {
  await rm(paths.stackFile, { force: true });
}

/** Stops the processes of a killed run, which is the only kind of run that leaves a stack file. */
export async function clearAfterKilledRun(paths: StackPaths): Promise<void> {
  const text = await readIfExists(paths.stackFile);
  if (text === undefined) return;
  const { pids } = JSON.parse(text) as Partial<Stack>;
  if (pids) {
    await endLeftover(pids.ingest, programs.ingest, 'SIGTERM');
    await endLeftover(pids.ingest, programs.nextCommand, 'SIGTERM');
    await endLeftover(pids.worker, programs.worker, 'SIGTERM');
    await endLeftover(pids.handlers, programs.handlers, 'SIGTERM');
    await endLeftover(pids.sender, programs.sender, 'SIGTERM');
    await endLeftover(pids.sinch, programs.cli, 'SIGTERM');
  }
  await removeStackFile(paths);
}

/**
 * Takes the lock of the one stack that may run on this clone's data; returns its release.
 * @throws when another run has it.
 */
export async function takeRunLock(paths: StackPaths): Promise<() => Promise<void>> {
  await mkdir(paths.logs, { recursive: true });
  const holder = Number((await readIfExists(paths.lock)) ?? Number.NaN);
  if (Number.isInteger(holder) && holder !== process.pid && (await isStart(holder))) {
    throw new Error(
      `It is running already, as process ${holder}; ${paths.stackFile} has its addresses.`,
    );
  }
  await rm(paths.lock, { force: true });
  await writeFile(paths.lock, String(process.pid), { flag: 'wx' });
  return () => rm(paths.lock, { force: true });
}

/** Returns true when the process is a run of the stack, or when its command cannot be read. */
async function isStart(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const commandLine = await readIfExists(`/proc/${pid}/cmdline`);
  return commandLine === undefined || commandLine.includes('start.ts');
}
