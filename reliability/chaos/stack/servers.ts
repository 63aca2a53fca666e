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
  /** Of the database server. */
  readonly postgresUrl: string;
  readonly databaseUrl: string;
}

const databaseName = 'sinch_callbacks';

/** A Redis and a Postgres that keep what they have answered through any kill. */
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

/** Starts a server, and starts it again on the same data under the same address. */
interface Launcher {
  readonly launch: () => Promise<StartedProcess>;
}

/** Durable Redis: what it has answered is in its append-only file. */
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

/** Durable Postgres. Its address is known once it has been started. */
function launchPostgres(place: ServerPlace): Launcher & { readonly url: () => string } {
  const { directory, port, log } = place;
  let url: string | undefined;
  return {
    url() {
      if (url === undefined) throw new Error('Postgres has not been started yet');
      return url;
    },
    async launch() {
      // A given server is not ours to kill.
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
  if (server.process === undefined) throw new Error(`${name} does not run as a process of ours.`);
  if (server.url !== url) throw new Error(`${name} came back elsewhere: its port was taken.`);
  return server.process;
}

const lowest = 10_000;
const count = 20_000;

/**
 * A port that is still to be had after a restart: below those that outgoing connections get, or
 * somebody's next connection might take it while its server is down.
 */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count);
    if ((await freePort(port)) === port) return port;
  }
}
