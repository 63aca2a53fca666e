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
  /** The directory of the cluster and its password. */
  readonly home: string;
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
  /** True when the data must survive a crash of the machine. */
  readonly isKept: boolean;
}

const initTimeoutMs = 60_000;

/**
 * Creates a cluster in `home`, or opens the existing one and stops a server that a killed run has
 * left on it. A cluster gets its name when it is complete, so an incomplete one is never opened.
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
  // The password is written last: it marks a complete cluster.
  await rm(directory, { recursive: true, force: true });
  await rename(unfinished, directory);
  await rm(passwordFile);
  await writeFile(`${passwordFile}.kept`, password, { mode: 0o600 });
  await rename(`${passwordFile}.kept`, join(home, 'password'));
  return { directory, password };
}

/** Returns the options to run a process as this user; none without a user. */
function identity(user: SystemUser | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

async function endLeftoverServer(directory: string): Promise<void> {
  const pidFile = join(directory, 'postmaster.pid');
  const pid = Number((await readIfExists(pidFile))?.split('\n')[0]);
  if (!Number.isInteger(pid)) return;
  await endLeftover(pid, directory, 'SIGINT');
  // Postgres does not start when the id in its pid file now belongs to another process.
  await rm(pidFile, { force: true });
}
