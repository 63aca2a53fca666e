import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '@sinch-callbacks/dev-env/processes';
import { askRedis, queryRows, startPostgres, startRedis } from '@sinch-callbacks/dev-env/servers';
import { soon } from './worker-fixture.ts';

/** A server of the test's own, for it to kill. Its data and its address stay. */
export interface KillableServer {
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/** Without the variables of shared or external servers, which must not be killed. */
const env = { PATH: process.env['PATH'] };

export async function startKillablePostgres(): Promise<KillableServer> {
  return await startKillable(
    async (place) => await startPostgres({ ...place, env }),
    async (url) => {
      const [row] = await queryRows<{ pid: number }>(
        url,
        "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer AS pid",
      );
      return row?.pid;
    },
  );
}

export async function startKillableRedis(): Promise<KillableServer> {
  let password: string | undefined;
  return await startKillable(
    async (place) => {
      const redis = await startRedis({ ...place, env, sources: ['binary', 'debian'] });
      if (redis.kind === 'unavailable') throw new Error(redis.message);
      // Each start has a password of its own, and this server is to be found where it was.
      password ??= new URL(redis.url).password;
      await askRedis(redis.url, 'CONFIG', 'SET', 'requirepass', password);
      return redis;
    },
    async (url) => Number(/process_id:(\d+)/.exec(await askRedis(url, 'INFO', 'server'))?.[1]),
  );
}

interface Server {
  readonly url: string;
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

async function startKillable(
  start: (place: { dataDir: string; port?: number }) => Promise<Server>,
  readPid: (url: string) => Promise<number | undefined>,
): Promise<KillableServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'sinch-callbacks-killable-'));
  let server = await start({ dataDir });
  const { url } = server;
  return {
    url,
    async kill() {
      const pid = await readPid(url);
      if (pid === undefined) throw new Error('the server does not report its process id');
      process.kill(pid, 'SIGKILL');
      await server.ended;
    },
    async startAgain() {
      const port = Number(new URL(url).port);
      // Children of a killed Postgres live on for a moment, and lock its data.
      server = await until(
        async () => await start({ dataDir, port }),
        soon('the server to start again'),
      );
    },
    async close() {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
