import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isAlive } from './leftover-process.ts';
import { until } from './until.ts';

/**
 * Signals for a process and its children, for programs such as Postgres whose children have process
 * groups of their own. The parent is stopped first: a stopped process starts no more children.
 */

const endTimeoutMs = 30_000;

/** Freezes a process and its children with SIGSTOP; returns their ids. */
export async function stopTree(pid: number): Promise<readonly number[]> {
  signal(pid, 'SIGSTOP');
  const children = await childrenOf(pid);
  for (const child of children) signal(child, 'SIGSTOP');
  return [pid, ...children];
}

/** Continues a process and its children with SIGCONT. */
export async function continueTree(pid: number): Promise<void> {
  for (const child of await childrenOf(pid)) signal(child, 'SIGCONT');
  signal(pid, 'SIGCONT');
}

/** Sends SIGKILL to all of them while they are stopped; resolves when none is left. */
export async function killTree(pid: number): Promise<void> {
  const pids = await stopTree(pid);
  for (const one of pids) signal(one, 'SIGKILL');
  await until(() => !pids.some(isAlive), {
    what: `process ${pid} and its children to end`,
    timeoutMs: endTimeoutMs,
  });
}

async function childrenOf(pid: number): Promise<number[]> {
  return (await readChildren(pid)).split(/\s+/).filter(Boolean).map(Number);
}

async function readChildren(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    // Not Linux, or the process has exited: then pgrep finds none.
    return promisify(execFile)('pgrep', ['-P', String(pid)]).then(
      ({ stdout }) => stdout,
      () => '',
    );
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
