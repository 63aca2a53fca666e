import { createWriteStream, type WriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartedProcess } from '@sinch-callbacks/dev-env/processes';
import type { Cleanup } from '@sinch-callbacks/dev-env/stack';
import { type SupervisedProcess, supervise } from './supervised-process.ts';

/** The directory of a run, which starts its processes under supervision and keeps their logs. */
export interface Workspace {
  readonly directory: string;
  readonly open: (name: string, launch: () => Promise<StartedProcess>) => SupervisedProcess;
  readonly logPath: (name: string) => string;
  /** A log that every restart appends to. */
  readonly logOf: (name: string) => WriteStream;
}

/** @param onFinding is called for every unexpected exit. */
export async function openWorkspace(
  directory: string,
  cleanup: Cleanup,
  onFinding: (finding: string) => void,
): Promise<Workspace> {
  const logs = join(directory, 'logs');
  await mkdir(logs, { recursive: true });
  // When root runs this, Postgres runs as another user, who must reach the directory.
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
