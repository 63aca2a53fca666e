import { mkdir, rm, writeFile } from 'node:fs/promises';
import { isAlive } from '../processes/index.ts';
import type { StackPaths } from './paths.ts';
import { readIfThere } from './read-if-there.ts';

/**
 * Takes the place of the one stack that may run on this clone's data; returns how to give it up.
 * @throws when another run has it.
 */
export async function takeRunLock(paths: StackPaths): Promise<() => Promise<void>> {
  await mkdir(paths.logs, { recursive: true });
  const holder = Number((await readIfThere(paths.lock)) ?? Number.NaN);
  if (Number.isInteger(holder) && holder !== process.pid && (await isStart(holder))) {
    throw new Error(
      `It is running already, as process ${holder}; ${paths.stackFile} has its addresses.`,
    );
  }
  await rm(paths.lock, { force: true });
  await writeFile(paths.lock, String(process.pid), { flag: 'wx' });
  return () => rm(paths.lock, { force: true });
}

/** The number may have become another program's; where that cannot be told, it counts as ours. */
async function isStart(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const commandLine = await readIfThere(`/proc/${pid}/cmdline`);
  return commandLine === undefined || commandLine.includes('start.ts');
}
