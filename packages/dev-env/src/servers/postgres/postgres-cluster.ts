import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endLeftover } from '../../processes/leftover-process.ts';
import { readIfExists } from '../../processes/read-if-exists.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { SystemUser } from './postgres-user.ts';

/** A directory that Postgres can serve, and the password of its user `postgres`. */
export interface PostgresCluster {
  readonly directory: string;
  readonly password: string;
}

export interface ClusterOptions {
  /** Holds the cluster and its password. */
  readonly home: string;
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
  /** The data must outlive a crash of the machine. */
  readonly isKept: boolean;
}

const initTimeoutMs = 60_000;

/**
 * Makes a cluster in `home`, or takes the one that is there: ends a server that a killed run
 * left on it. A half-made cluster is never taken: it gets its name when it is whole.
 */
export async function openCluster(options: ClusterOptions): Promise<PostgresCluster> {
  const directory = join(options.home, 'cluster');
  const password = await readIfExists(join(options.home, 'password'));
  if (password === undefined) return createCluster(directory, options);
  await endLeftoverServer(directory);
  return { directory, password };
}

async function createCluster(
  directory: string,
  { home, binaries, user, isKept }: ClusterOptions,
): Promise<PostgresCluster> {
  const unfinished = `${directory}.unfinished`;
  const password = randomBytes(24).toString('hex');
  const passwordFile = join(home, 'new-password');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) {
    await chown(unfinished, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const args = ['--pgdata', unfinished, '--pwfile', passwordFile, '--username', 'postgres'];
  const settings = ['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale'];
  const durability = isKept ? [] : ['--no-sync'];
  await promisify(execFile)(binaries.initdb, [...args, ...settings, ...durability], {
    ...identity(user),
    cwd: '/',
    timeout: initTimeoutMs,
  });
  // The password goes in place last: it says that there is a whole cluster.
  await rm(directory, { recursive: true, force: true });
  await rename(unfinished, directory);
  await rm(passwordFile);
  await writeFile(`${passwordFile}.kept`, password, { mode: 0o600 });
  await rename(`${passwordFile}.kept`, join(home, 'password'));
  return { directory, password };
}

/** What a process needs to run as this user; nothing for one's own. */
function identity(user: SystemUser | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

async function endLeftoverServer(directory: string): Promise<void> {
  const pidFile = join(directory, 'postmaster.pid');
  const pid = Number((await readIfExists(pidFile))?.split('\n')[0]);
  if (!Number.isInteger(pid)) return;
  await endLeftover(pid, directory, 'SIGINT');
  // Postgres distrusts a pid file whose number has become another process's, and would not start.
  await rm(pidFile, { force: true });
}
