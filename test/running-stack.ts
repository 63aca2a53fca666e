import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { programs, type Stack } from '@sinch-callbacks/dev-env/stack';
import { root } from './shown-command.ts';

export const stackFile = path.join(root, '.dev/stack.json');

/**
 * Starts the whole stack as `npm start` does once everything is installed and built.
 * @param own a folder for a stack beside others; `.dev` when absent
 * @throws when another one runs there.
 */
export async function startStack(own?: string): Promise<{ stack: Stack; start: StartedProcess }> {
  const ownStackFile = own === undefined ? stackFile : path.join(own, path.basename(stackFile));
  if (existsSync(ownStackFile)) {
    throw new Error('`npm start` runs in this folder: stop it, then test again');
  }
  const start = await startProcess({
    name: 'npm start',
    command: process.execPath,
    args: [path.join(root, 'scripts/start.ts'), ...(own === undefined ? [] : ['--dir', own])],
    cwd: root,
    env: process.env,
    readyWhen: { kind: 'line', pattern: /Everything is up/ },
    readyTimeoutMs: 120_000,
    stopTimeoutMs: 60_000,
  });
  return { stack: JSON.parse(readFileSync(ownStackFile, 'utf8')) as Stack, start };
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end in the repository's folder. */
export async function runCommand(command: string, ...args: string[]): Promise<CommandResult> {
  return await new Promise((resolve) => {
    execFile(command, args, { cwd: root, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs `callbacks … --json` and parses its output. */
export async function callbacks(...args: string[]): Promise<{ code: number; document: unknown }> {
  const { code, stdout } = await runCommand(process.execPath, programs.cli, ...args, '--json');
  return { code, document: JSON.parse(stdout) as unknown };
}
