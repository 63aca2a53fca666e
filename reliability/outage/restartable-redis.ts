import { randomBytes } from 'node:crypto';
import { type RedisServer, startRedis } from '@sinch-callbacks/dev-env/servers';

/** `stop`: killed, so its port refuses. `freeze`: it takes connections and answers nothing. */
export type Outage = 'stop' | 'freeze';

/** A Redis that can be down for a while and keeps its data. */
export interface RestartableRedis {
  readonly url: string;
  takeDown(how: Outage): Promise<void>;
  bringBack(how: Outage): Promise<void>;
  close(): Promise<void>;
}

/** @throws when no program that speaks Redis can be started here. */
export async function startRestartableRedis(dataDir: string): Promise<RestartableRedis> {
  const password = randomBytes(24).toString('hex');
  let server = await start();
  const { url } = server;
  const port = Number(new URL(url).port);

  async function start(again?: number): Promise<RedisServer & { readonly pid: number }> {
    const sources = ['binary', 'debian'] as const;
    const where = again === undefined ? {} : { port: again };
    const started = await startRedis({ sources, dataDir, password, ...where });
    if (started.kind === 'unavailable') throw new Error(started.message);
    const pid = started.process?.pid;
    if (pid === undefined)
      throw new Error('This Redis does not run as a process that can be killed.');
    return { ...started, pid };
  }

  return {
    url,
    async takeDown(how) {
      process.kill(server.pid, how === 'stop' ? 'SIGKILL' : 'SIGSTOP');
      if (how === 'stop') await server.ended;
    },
    async bringBack(how) {
      if (how === 'freeze') process.kill(server.pid, 'SIGCONT');
      else server = await start(port);
    },
    close: async () => await server.close(),
  };
}
