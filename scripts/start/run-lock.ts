import { mkdir, rm, writeFile } from 'node:fs/promises';
import { isAlive } from '@sinch-callbacks/testing/processes';
import type { Places } from './places.ts';
import { readIfThere } from './read-if-there.ts';

/**
 * Takes the place of the one stack that may run on this clone's data; returns how to give it up.
 * @throws when another run has it.
 */
export async function takeRunLock(places: Places): Promise<() => Promise<void>> {
  await mkdir(places.logs, { recursive: true });
  const holder = Number((await readIfThere(places.lock)) ?? Number.NaN);
  if (Number.isInteger(holder) && holder !== process.pid && (await isStart(holder))) {
    throw new Error(
      `It is running already, as process ${holder}; ${places.stackFile} has its addresses.`,
    );
  }
  await rm(places.lock, { force: true });
  await writeFile(places.lock, String(process.pid), { flag: 'wx' });
  return () => rm(places.lock, { force: true });
}

/** The number may have become another program's; where that cannot be told, it counts as ours. */
async function isStart(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const commandLine = await readIfThere(`/proc/${pid}/cmdline`);
  return commandLine === undefined || commandLine.includes('start.ts');
}
