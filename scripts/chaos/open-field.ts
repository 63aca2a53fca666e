import { randomBytes } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startProcess } from '@sinch-callbacks/testing/processes';
import {
  type CuttableProxy,
  ensureDatabase,
  openCuttableProxy,
} from '@sinch-callbacks/testing/servers';
import { ingestProcess, workerProcess } from '../start/app-processes.ts';
import type { Closers } from '../start/closers.ts';
import { migrate } from '../start/migrate.ts';
import { launchPostgres, launchRedis } from './launch-servers.ts';
import { type Part, supervise } from './part.ts';

/** The stack under test, with handles to break it. */
export interface Field {
  readonly postgres: Part;
  readonly redis: Part;
  readonly ingest: Part;
  readonly workers: readonly [Part, Part];
  /** The ways of ingest and of the second worker; the first worker connects directly. */
  readonly ways: { readonly redis: CuttableProxy; readonly postgres: CuttableProxy };
  readonly webhookUrl: string;
  /** One for each webhook. */
  readonly secrets: readonly string[];
  readonly redisUrl: string;
  /** Of the database server. */
  readonly postgresUrl: string;
  readonly databaseUrl: string;
  readonly workerLogs: readonly string[];
}

const databaseName = 'sinch_callbacks';
/** A worker promises to stop within 20 s. */
const workerStopTimeoutMs = 30_000;

/** Starts everything, each part added to `closers` as soon as it is there. */
export async function openField(
  directory: string,
  closers: Closers,
  onFinding: (finding: string) => void,
): Promise<Field> {
  const logs = join(directory, 'logs');
  await mkdir(logs, { recursive: true });
  // Where root runs it, another user serves the database and has to get there.
  await chmod(directory, 0o755);
  const logPath = (name: string) => join(logs, `${name}.log`);
  const open = (part: Part): Part => {
    closers.add(part.name, () => part.close());
    return part;
  };

  const postgresServer = launchPostgres({
    directory: join(directory, 'postgres'),
    port: await steadyPort(),
    log: appendTo(logPath('postgres')),
  });
  const postgres = open(supervise('postgres', postgresServer.launch, onFinding));
  await postgres.start();
  const postgresUrl = postgresServer.url();
  const redisServer = launchRedis({
    directory: join(directory, 'redis'),
    port: await steadyPort(),
    log: appendTo(logPath('redis')),
  });
  const redis = open(supervise('redis', redisServer.launch, onFinding));
  await redis.start();
  const { url: redisUrl } = redisServer;
  const databaseUrl = await ensureDatabase(postgresUrl, databaseName);
  const ways = {
    redis: await openCuttableProxy(redisUrl, 'mended', await steadyPort()),
    postgres: await openCuttableProxy(databaseUrl, 'mended', await steadyPort()),
  };
  closers.add('the way to redis', () => ways.redis.close());
  closers.add('the way to postgres', () => ways.postgres.close());

  const secrets = [newSecret(), newSecret()];
  const direct = { databaseUrl, redisUrl, webhookSecret: secrets.join(',') };
  const around = { ...direct, databaseUrl: ways.postgres.url, redisUrl: ways.redis.url };
  await migrate(direct, appendTo(logPath('migrate')));

  const ingestApp = ingestProcess(around, await steadyPort());
  const ingestLog = appendTo(logPath('ingest'));
  const ingest = open(
    supervise('ingest', () => startProcess({ ...ingestApp, log: ingestLog }), onFinding),
  );
  const openWorker = async (number: 1 | 2): Promise<Part> => {
    const name = `worker-${number}`;
    const app = workerProcess(number === 1 ? direct : around, await steadyPort());
    // Its lines about applied events are evidence, whatever the terminal's own level is.
    const env = { ...app.env, LOG_LEVEL: 'info' };
    const options = { ...app, name, env, log: appendTo(logPath(name)) };
    const launch = () => startProcess({ ...options, stopTimeoutMs: workerStopTimeoutMs });
    return open(supervise(name, launch, onFinding));
  };
  const workers = [await openWorker(1), await openWorker(2)] as const;
  await Promise.all([ingest, ...workers].map((part) => part.start()));
  return {
    postgres,
    redis,
    ingest,
    workers,
    ways,
    webhookUrl: `${ingestApp.url}/api/sinch/webhook`,
    secrets,
    redisUrl,
    postgresUrl,
    databaseUrl,
    workerLogs: workers.map(({ name }) => logPath(name)),
  };
}

/** Grows through all restarts. */
function appendTo(path: string): WriteStream {
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}

function newSecret(): string {
  return randomBytes(24).toString('hex');
}

const ports = { from: 10_000, count: 20_000 };

/**
 * A port that is still to be had after a restart: below those that outgoing connections get, or
 * somebody's next connection might take it while its server is down.
 */
async function steadyPort(): Promise<number> {
  for (;;) {
    const port = ports.from + Math.floor(Math.random() * ports.count);
    if ((await freePort(port)) === port) return port;
  }
}
