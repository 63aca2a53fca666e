import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { freePort, type StartedProcess } from '@sinch-callbacks/dev-env/processes';
import { ensureDatabase, startPostgres, startRedis } from '@sinch-callbacks/dev-env/servers';
import type { SupervisedProcess } from './supervised-process.ts';
import type { Workspace } from './workspace.ts';

export interface Servers {
  readonly postgres: SupervisedProcess;
  readonly redis: SupervisedProcess;
  readonly redisUrl: string;
  /** The address of the database server. */
  readonly postgresUrl: string;
  readonly databaseUrl: string;
}

const databaseName = 'sinch_callbacks';

/** Starts a Redis and a Postgres that lose no acknowledged write when they are killed. */
export async function openServers({ directory, open, logOf }: Workspace): Promise<Servers> {
  const postgresLauncher = launchPostgres({
    directory: join(directory, 'postgres'),
    port: await steadyPort(),
    log: logOf('postgres'),
  });
  const postgres = open('postgres', postgresLauncher.launch);
  await postgres.start();
  const redisLauncher = launchRedis({
    directory: join(directory, 'redis'),
    port: await steadyPort(),
    log: logOf('redis'),
  });
  const redis = open('redis', redisLauncher.launch);
  await redis.start();
  const postgresUrl = postgresLauncher.url();
  const databaseUrl = await ensureDatabase(postgresUrl, databaseName);
  return { postgres, redis, redisUrl: redisLauncher.url, postgresUrl, databaseUrl };
}

interface ServerPlace {
  readonly directory: string;
  readonly port: number;
  readonly log: Writable;
}

/** A server that can be started again on the same data and under the same address. */
interface Launcher {
  readonly launch: () => Promise<StartedProcess>;
}

/** Launches a durable Redis: it writes to its append-only file before it answers. */
function launchRedis(place: ServerPlace): Launcher & { readonly url: string } {
  const { directory, port, log } = place;
  const password = randomBytes(24).toString('hex');
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return {
    url,
    async launch() {
      const server = await startRedis({
        dataDir: directory,
        port,
        password,
        fsync: 'always',
        log,
        sources: ['binary', 'debian'],
      });
      if (server.kind === 'unavailable') throw new Error(server.message);
      return ownProcess('Redis', server, url);
    },
  };
}

/** Launches a durable Postgres. Its address exists once it has started. */
function launchPostgres(place: ServerPlace): Launcher & { readonly url: () => string } {
  const { directory, port, log } = place;
  let url: string | undefined;
  return {
    url() {
      if (url === undefined) throw new Error('Postgres has not been started yet');
      return url;
    },
    async launch() {
      // The empty environment: a server that the user has given must not be killed.
      const server = await startPostgres({ dataDir: directory, port, log, env: {} });
      url ??= server.url;
      return ownProcess('Postgres', server, url);
    },
  };
}

function ownProcess(
  name: string,
  server: { readonly url: string; readonly process?: StartedProcess },
  url: string,
): StartedProcess {
  if (server.process === undefined)
    throw new Error(`${name} does not run as a process that can be killed.`);
  if (server.url !== url) throw new Error(`${name} came back on another port: its own was taken.`);
  return server.process;
}

const lowest = 10_000;
const count = 20_000;

/**
 * Chooses a port that will still be free after a restart: below those of outgoing connections, one
 * of which could take it while its server is down.
 */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count);
    if ((await freePort(port)) === port) return port;
  }
}
