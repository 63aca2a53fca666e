import { createWriteStream, type WriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartedProcess } from '@sinch-callbacks/dev-env/processes';
import type { Cleanup } from '@sinch-callbacks/dev-env/stack';
import { type SupervisedProcess, supervise } from './supervised-process.ts';

/** Where parts are opened: under supervision, with their logs, and closed with the rest. */
export interface Workspace {
  readonly directory: string;
  readonly open: (name: string, launch: () => Promise<StartedProcess>) => SupervisedProcess;
  readonly logPath: (name: string) => string;
  /** A log that grows through all restarts. */
  readonly logOf: (name: string) => WriteStream;
}

/** @param onFinding hears of every end that nobody caused. */
export async function openWorkspace(
  directory: string,
  cleanup: Cleanup,
  onFinding: (finding: string) => void,
): Promise<Workspace> {
  const logs = join(directory, 'logs');
  await mkdir(logs, { recursive: true });
  // Where root runs it, another user serves the database and has to get there.
  await chmod(directory, 0o755);
  const logPath = (name: string) => join(logs, `${name}.log`);
  return {
    directory,
    logPath,
    logOf: (name) => createWriteStream(logPath(name), { flags: 'a', mode: 0o600 }),
    open(name, launch) {
      const supervised = supervise(name, launch, onFinding);
      cleanup.add(name, () => supervised.close());
      return supervised;
    },
  };
}
