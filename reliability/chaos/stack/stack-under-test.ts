import { randomBytes } from 'node:crypto';
import { startProcess } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import {
  type Cleanup,
  ingestProcess,
  migrate,
  workerProcess,
} from '@sinch-callbacks/dev-env/stack';
import { openServers, type Servers, steadyPort } from './servers.ts';
import type { Part } from './supervised-process.ts';
import { type Ground, takeGround } from './workspace.ts';

/** The stack under test, with handles to break it. */
export interface Field extends Servers {
  readonly ingest: Part;
  readonly workers: readonly [Part, Part];
  /** The ways of ingest and of the second worker; the first worker connects directly. */
  readonly ways: { readonly redis: FaultProxy; readonly postgres: FaultProxy };
  readonly webhookUrl: string;
  /** One for each webhook. */
  readonly secrets: readonly string[];
  readonly workerLogs: readonly string[];
}

/** A worker promises to stop within 20 s. */
const workerStopTimeoutMs = 30_000;
/** For slow machines: a restart is part of what is tested, its speed is not. */
const readyTimeoutMs = 120_000;

/** Starts everything, each part added to `cleanup` as soon as it is there. */
export async function openField(
  directory: string,
  cleanup: Cleanup,
  onFinding: (finding: string) => void,
): Promise<Field> {
  const ground = await takeGround(directory, cleanup, onFinding);
  const servers = await openServers(ground);
  const ways = await openWays(servers, cleanup);
  const apps = await openApps(servers, ways, ground);
  const workerLogs = apps.workers.map(({ name }) => ground.logPath(name));
  return { ...servers, ...apps, ways, workerLogs };
}

async function openWays(servers: Servers, cleanup: Cleanup): Promise<Field['ways']> {
  const redis = await openFaultProxy(servers.redisUrl, 'restored', await steadyPort());
  cleanup.add('the way to redis', () => redis.close());
  const postgres = await openFaultProxy(servers.databaseUrl, 'restored', await steadyPort());
  cleanup.add('the way to postgres', () => postgres.close());
  return { redis, postgres };
}

type Apps = Pick<Field, 'ingest' | 'workers' | 'webhookUrl' | 'secrets'>;

async function openApps(
  { databaseUrl, redisUrl }: Servers,
  ways: Field['ways'],
  ground: Ground,
): Promise<Apps> {
  const secrets = [newSecret(), newSecret()];
  const direct = { databaseUrl, redisUrl, webhookSecret: secrets.join(',') };
  const around = { ...direct, databaseUrl: ways.postgres.url, redisUrl: ways.redis.url };
  await migrate(direct, ground.logOf('migrate'));

  const app = ingestProcess(around, await steadyPort());
  const ingestOptions = { ...app, readyTimeoutMs, log: ground.logOf('ingest') };
  const ingest = ground.open('ingest', () => startProcess(ingestOptions));
  const openWorker = async (name: string, variables: typeof direct): Promise<Part> => {
    const worker = workerProcess(variables, await steadyPort());
    // Its lines about applied events are evidence, whatever the terminal's own level is.
    const env = { ...worker.env, LOG_LEVEL: 'info' };
    const limits = { readyTimeoutMs, stopTimeoutMs: workerStopTimeoutMs };
    const options = { ...worker, ...limits, name, env, log: ground.logOf(name) };
    return ground.open(name, () => startProcess(options));
  };
  const workers = [
    await openWorker('worker-1', direct),
    await openWorker('worker-2', around),
  ] as const;
  await Promise.all([ingest, ...workers].map((part) => part.start()));
  return { ingest, workers, webhookUrl: `${app.url}/api/sinch/webhook`, secrets };
}

function newSecret(): string {
  return randomBytes(24).toString('hex');
}
