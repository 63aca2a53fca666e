import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { until } from './until.ts';

const stopTimeoutMs = 15_000;

/**
 * Stops a process that an earlier run left behind, and waits for its exit.
 *
 * The id in an old pid file may belong to another process now: only a process whose command line
 * contains `mark`, such as the path of its data, is stopped.
 */
export async function endLeftover(
  pid: number,
  mark: string,
  stopSignal: NodeJS.Signals,
): Promise<'ended' | 'not there'> {
  if (!isAlive(pid) || !(await commandLine(pid)).includes(mark)) return 'not there';
  process.kill(pid, stopSignal);
  try {
    await until(() => !isAlive(pid), { what: `process ${pid} to end`, timeoutMs: stopTimeoutMs });
  } catch (error) {
    if (!isAlive(pid)) return 'ended';
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid), { what: `process ${pid} to end (${String(error)})` });
  }
  return 'ended';
}

/** Reads the command line of a process; "" when it has exited. */
async function commandLine(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    // No /proc: not Linux.
    return promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).then(
      ({ stdout }) => stdout,
      () => '',
    );
  }
}

/** Returns true when a process with this id runs. A zombie does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs as another user.
    if (errorCode(error) !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/** Returns false where there is no /proc. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function errorCode(error: unknown): string | undefined {
  const hasCode = error instanceof Error && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}
