import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { until } from '../../processes/until.ts';
import { startRedis } from './start-redis.ts';

/** Faults of a Redis that still accepts connections. */
export const redisFaults = [
  /** Accepts connections and answers nothing. */
  'frozen',
  /** Loads its data, and refuses every command meanwhile. */
  'loading',
  /** Has become a replica after a failover, and refuses every write. */
  'replica',
  /** Has another password than before. */
  'locked',
  /** Has no memory left for writes. */
  'full',
] as const;
export type RedisFault = (typeof redisFaults)[number];

/** A private Redis that a test can put into a fault. */
export interface FaultyRedis {
  readonly url: string;
  readonly pid: number;
  /** Resolves once clients are affected. */
  applyFault(fault: RedisFault): Promise<void>;
  /** Removes every fault. */
  repair(): Promise<void>;
  /** Sends it a command, as its administrator. */
  command(name: string, ...words: readonly (string | number)[]): Promise<unknown>;
  close(): Promise<void>;
}

const keysToLoad = 2_000;
const slowLoadMicroseconds = 30_000;

/** @throws when no program that speaks Redis can be started here. */
export async function startFaultyRedis(): Promise<FaultyRedis> {
  const adminPassword = randomBytes(24).toString('hex');
  const server = await startRedis({
    sources: ['binary', 'debian'],
    settings: [
      `user admin on >${adminPassword} ~* &* +@all`,
      'enable-debug-command yes',
      'loading-process-events-interval-bytes 1024',
    ],
  });
  if (server.kind === 'unavailable') throw new Error(server.message);
  const { url } = server;
  const pid = server.process?.pid;
  if (pid === undefined) throw new Error('This Redis does not run as a process of this one.');
  const ownPassword = new URL(url).password;
  const admin = connectAsAdmin(url, adminPassword);
  const loader = connectAsAdmin(url, adminPassword);

  const faults: Record<RedisFault, () => Promise<unknown>> = {
    frozen: async () => await Promise.resolve(process.kill(pid, 'SIGSTOP')),
    replica: async () => await admin.replicaof('127.0.0.1', '1'),
    full: async () => await admin.config('SET', 'maxmemory', '1'),
    async locked() {
      await admin.config('SET', 'requirepass', randomBytes(24).toString('hex'));
      await dropClients();
    },
    async loading() {
      await admin.call('DEBUG', 'POPULATE', keysToLoad, 'filler', 100);
      await admin.config('SET', 'key-load-delay', slowLoadMicroseconds);
      // Redis answers when it has loaded everything.
      loader.call('DEBUG', 'RELOAD').catch(() => undefined);
      await isLoading(true);
    },
  };

  async function isLoading(wanted: boolean): Promise<void> {
    const digit = wanted ? '1' : '0';
    const sees = async () => (await admin.info('persistence')).includes(`\nloading:${digit}`);
    await until(sees, { what: `loading to be ${digit}`, timeoutMs: 60_000 });
  }

  async function dropClients(): Promise<void> {
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'USER', 'default');
  }

  return {
    url,
    pid,
    applyFault: async (fault) => void (await faults[fault]()),
    async repair() {
      process.kill(pid, 'SIGCONT');
      await admin.config('SET', 'key-load-delay', '0');
      await isLoading(false);
      await admin.replicaof('NO', 'ONE');
      await admin.config('SET', 'maxmemory', '0');
      await admin.config('SET', 'min-replicas-to-write', '0');
      await admin.config('SET', 'requirepass', ownPassword);
    },
    command: async (name, ...words) => await admin.call(name, ...words),
    async close() {
      process.kill(pid, 'SIGCONT');
      for (const client of [admin, loader]) client.disconnect();
      await server.close();
    },
  };
}

function connectAsAdmin(url: string, password: string): Redis {
  const options = { username: 'admin', password, maxRetriesPerRequest: null };
  const { hostname, port } = new URL(url);
  const redis = new Redis(Number(port), hostname, { ...options, enableReadyCheck: false });
  // The reason comes with each rejected command; the event would only repeat it.
  return redis.on('error', () => undefined);
}
