import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { StartedProcess } from '@sinch-callbacks/dev-env/processes';
import { startPostgres, startRedis } from '@sinch-callbacks/dev-env/servers';

export interface ServerPlace {
  readonly directory: string;
  readonly port: number;
  readonly log: Writable;
}

/** Starts a server, and starts it again on the same data under the same address. */
export interface Launcher {
  readonly launch: () => Promise<StartedProcess>;
}

/** Durable Redis: what it has answered is in its append-only file. */
export function launchRedis(place: ServerPlace): Launcher & { readonly url: string } {
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
export function launchPostgres(place: ServerPlace): Launcher & { readonly url: () => string } {
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
