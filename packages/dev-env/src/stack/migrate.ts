import type { Writable } from 'node:stream';
import { describeExit, startProcess } from '../processes/index.ts';
import { type AppVariables, migrateProcess } from './app-processes.ts';

const timeoutMs = 120_000;

/**
 * Brings the database up to date.
 * @throws with the last lines of what it said, when that fails.
 */
export async function migrate(variables: AppVariables, log: Writable): Promise<void> {
  const run = await startProcess({ ...migrateProcess(variables), log });
  const timer = setTimeout(() => void run.kill(), timeoutMs);
  const exit = await run.exited;
  clearTimeout(timer);
  if (exit.code !== 0) {
    throw new Error(`The migrations failed (${describeExit(exit)}):\n${run.lastLines()}`);
  }
}
