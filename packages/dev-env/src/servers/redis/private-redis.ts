import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { freePort } from '../../processes/free-port.ts';
import { endLeftover } from '../../processes/leftover-process.ts';
import { type StartedProcess, startProcess } from '../../processes/start-process.ts';
import { temporaryDirectory } from '../temp-directory.ts';

/** A program that speaks Redis. */
export interface RedisProgram {
  readonly path: string;
  /** Folders of shared libraries that are missing on the machine. */
  readonly libraryFolders?: readonly string[];
}

export interface PrivateRedisOptions {
  /** The directory of kept data, for one server at a time. Without it, data is temporary. */
  readonly dataDir?: string;
  /** The preferred port. */
  readonly port?: number;
  /** A new one when absent. With a `port`, a server can come back under the same address. */
  readonly password?: string;
  /** Writes the append-only file to the disk each second (the default) or before each answer. */
  readonly fsync?: 'everysec' | 'always';
  /** Further lines of its configuration, such as `maxmemory 20mb`. */
  readonly settings?: readonly string[];
  readonly log?: Writable;
}

export interface PrivateRedis {
  readonly url: string;
  readonly process: StartedProcess;
  close(): Promise<void>;
}

/**
 * Starts a private Redis as a queue needs it: append-only file, no eviction. It listens on loopback
 * only, has a random password, and stops with this process.
 */
export async function startPrivateRedis(
  program: RedisProgram,
  options: PrivateRedisOptions,
): Promise<PrivateRedis> {
  const isKept = options.dataDir !== undefined;
  const directory = resolve(options.dataDir ?? (await temporaryDirectory('redis')));
  const discard = async () => {
    if (!isKept) await rm(directory, { recursive: true, force: true });
  };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    await endLeftoverServer(directory);
    const password = options.password ?? randomBytes(24).toString('hex');
    const port = await freePort(options.port);
    const configFile = join(directory, 'redis.conf');
    const { fsync = 'everysec', settings = [] } = options;
    const lines = configuration({ directory, password, port, fsync });
    await writeFile(configFile, [...lines, ...settings, ''].join('\n'), { mode: 0o600 });
    const server = await startProcess({
      name: 'redis',
      command: program.path,
      args: [configFile],
      cwd: directory,
      env: withLibraries(program.libraryFolders),
      readyWhen: { kind: 'line', pattern: /Ready to accept connections/ },
      ...(options.log ? { log: options.log } : {}),
    });
    return {
      url: `redis://:${password}@127.0.0.1:${port}`,
      process: server,
      async close() {
        await server.stop();
        await discard();
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** Returns the lines of a configuration file: in arguments, other users could read the password. */
function configuration(server: {
  directory: string;
  password: string;
  port: number;
  fsync: string;
}): string[] {
  return [
    'bind 127.0.0.1',
    'protected-mode yes',
    `port ${server.port}`,
    `requirepass ${server.password}`,
    `dir "${server.directory}"`,
    `pidfile "${join(server.directory, 'redis.pid')}"`,
    'appendonly yes',
    `appendfsync ${server.fsync}`,
    'save ""',
    'maxmemory-policy noeviction',
    // Keeps the path of the configuration in the command line, which identifies a leftover.
    'set-proc-title no',
  ];
}

async function endLeftoverServer(directory: string): Promise<void> {
  const pidFile = await readFile(join(directory, 'redis.pid'), 'utf8').catch(() => '');
  const pid = Number(pidFile.trim() || Number.NaN);
  if (Number.isInteger(pid)) await endLeftover(pid, directory, 'SIGTERM');
}

function withLibraries(folders: readonly string[] | undefined): NodeJS.ProcessEnv {
  if (folders === undefined) return process.env;
  return { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
}
