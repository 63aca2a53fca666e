import { rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { freePort } from '../../processes/free-port.ts';
import { type StartedProcess, startProcess } from '../../processes/start-process.ts';
import { temporaryDirectory } from '../temp-directory.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { openCluster, type PostgresCluster } from './postgres-cluster.ts';
import { findPostgresUser, makeReachableDirectory, type SystemUser } from './postgres-user.ts';

export interface EmbeddedPostgresOptions {
  /** The directory of data that is kept. Without it, the data is removed with the server. */
  readonly dataDir?: string;
  /** The preferred port. */
  readonly port?: number;
  readonly log?: Writable;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly process: StartedProcess;
  /** The directory of the data; another than `dataDir` when Postgres cannot reach that. */
  readonly directory: string;
  close(): Promise<void>;
}

const shutdownTimeoutMs = 10_000;

/**
 * Starts the Postgres that npm installed, on loopback only, with a password of its own. It stops
 * with this process.
 * @returns `undefined` when npm has none for this platform
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres | undefined> {
  const user = await findPostgresUser();
  const binaries = await findPostgresBinaries(user);
  if (binaries === undefined) return undefined;

  const isKept = options.dataDir !== undefined;
  const home = await makeReachableDirectory(
    options.dataDir ?? (await temporaryDirectory('postgres')),
    user,
  );
  const discard = async () => {
    if (!isKept) await rm(home, { recursive: true, force: true });
  };
  try {
    const cluster = await openCluster({ home, binaries, user, isKept });
    const port = await freePort(options.port);
    const server = await serve({ binaries, cluster, port, user, isKept, log: options.log });
    return {
      url: `postgresql://postgres:${cluster.password}@127.0.0.1:${port}/postgres`,
      process: server,
      directory: home,
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

interface ServeOptions {
  readonly binaries: PostgresBinaries;
  readonly cluster: PostgresCluster;
  readonly port: number;
  readonly user: SystemUser | undefined;
  readonly isKept: boolean;
  readonly log: Writable | undefined;
}

function serve(options: ServeOptions): Promise<StartedProcess> {
  const { binaries, cluster, port, user, isKept, log } = options;
  // Temporary data need not survive a crash.
  const durability = isKept ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...durability,
  ];
  return startProcess({
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', cluster.directory, '-p', String(port), ...settings.flatMap((one) => ['-c', one])],
    cwd: '/',
    readyWhen: { kind: 'line', pattern: /database system is ready to accept connections/ },
    // SIGINT is Postgres's fast shutdown: it closes the sessions first.
    stopSignal: 'SIGINT',
    stopTimeoutMs: shutdownTimeoutMs,
    ...(user ? { user } : {}),
    ...(log ? { log } : {}),
  });
}
