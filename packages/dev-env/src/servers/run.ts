import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface RunOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end and returns what it wrote.
 * @throws when it fails or takes too long; the message holds what it said.
 */
export async function run(
  command: string,
  args: readonly string[],
  { timeoutMs, ...options }: RunOptions,
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...args], {
    timeout: timeoutMs,
    encoding: 'utf8',
    ...options,
  });
  return stdout;
}
