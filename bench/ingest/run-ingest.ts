import { randomBytes } from 'node:crypto';
import { type PostgresServer } from '@sinch-callbacks/dev-env/servers';
import { type LoadResult, startLoad } from '../load/start-load.ts';
import { type CpuPerThousand, measureCpu } from '../measure/measure-cpu.ts';
import { openRedis, type TemplateDatabase } from '../measure/open-servers.ts';
import { watchCommands } from '../measure/server-figures.ts';
import { rounded } from '../report/arithmetic.ts';
import { openBullmqBacklog } from '../worker/backlog.ts';
import { type IngestContender, type IngestStart, startIngest } from './start-ingest.ts';

export interface IngestSetup {
  readonly postgres: PostgresServer;
  readonly template: TemplateDatabase;
  readonly bodiesFile: string;
  readonly nextServer: string;
  readonly logDirectory: string;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly extraEnv?: NodeJS.ProcessEnv;
}

/** Result of one contender's turn. */
export interface IngestTurn extends LoadResult {
  readonly contender: string;
  readonly cpuPerThousand: CpuPerThousand;
  /** Callbacks answered 200 and not in Redis; 0 for a contender that queues nothing. */
  readonly lost: number;
}

/** Runs a new server on a new Redis under full load, until its time or the bodies end. */
export async function runIngest(entry: IngestContender, setup: IngestSetup): Promise<IngestTurn> {
  await using closing = new AsyncDisposableStack();
  const database = await setup.template.copy();
  closing.defer(() => database.drop());
  const redis = await openRedis();
  closing.defer(() => redis.close());
  const secret = randomBytes(24).toString('hex');
  const server = await startIngest({
    ...setup,
    args: entry.args(setup.nextServer),
    redisUrl: redis.url,
    databaseUrl: database.url,
    secret,
  });
  closing.defer(async () => void (await server.process.stop()));
  const load = await startLoad({
    url: `${server.url}${entry.path}`,
    secret,
    bodiesFile: setup.bodiesFile,
    connections: setup.connections,
    arrivals: { kind: 'closed', warmUpSeconds: setup.warmUpSeconds, seconds: setup.seconds },
  });
  closing.defer(async () => void (await load.process.stop()));

  load.begin();
  await load.warm;
  const startedAt = performance.now();
  const cpu = await measureCpu({
    server: server.process.pid,
    redis: redis.process?.pid,
    load: load.process.pid,
  });
  const result = await load.result();
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    contender: entry.name,
    ...result,
    cpuPerThousand: await cpu(result.requestsPerSecond * seconds),
    lost: entry.queues ? result.accepted - (await countJobs(redis.url, database.url)) : 0,
  };
}

async function countJobs(redisUrl: string, databaseUrl: string): Promise<number> {
  const backlog = openBullmqBacklog({ redisUrl, databaseUrl });
  try {
    return await backlog.left();
  } finally {
    await backlog.close();
  }
}

/** Commands that set up a connection or run every few seconds: not part of any event. */
const connectionCommands = new Set([
  'auth',
  'hello',
  'client',
  'select',
  'info',
  'script',
  'command',
]);

interface CommandCount {
  readonly accepted: number;
  readonly perEvent: number;
  /** Counts of commands that belong to events. */
  readonly ofEvents: Readonly<Record<string, number>>;
  /** Counts of all other commands. */
  readonly apart: Readonly<Record<string, number>>;
}

const connections = 10;
const arrivals = { kind: 'closed', warmUpSeconds: 0, seconds: 1 } as const;

/** Counts with MONITOR the commands that an ingest sends per callback, after a warm-up. */
export async function countCommands(
  entry: IngestContender,
  start: Omit<IngestStart, 'redisUrl' | 'secret' | 'args'> & { readonly nextServer: string },
  bodiesFile: string,
): Promise<CommandCount> {
  await using closing = new AsyncDisposableStack();
  const redis = await openRedis();
  closing.defer(() => redis.close());
  const watch = await watchCommands(redis.url);
  closing.defer(() => watch.close());
  const secret = randomBytes(24).toString('hex');
  const args = entry.args(start.nextServer);
  const server = await startIngest({ ...start, args, redisUrl: redis.url, secret });
  closing.defer(async () => void (await server.process.stop()));
  const send = async (from: number) => {
    const url = `${server.url}${entry.path}`;
    const load = await startLoad({ url, secret, bodiesFile, connections, arrivals, from });
    closing.defer(async () => void (await load.process.stop()));
    load.begin();
    return await load.result();
  };
  const warmUp = await send(0);
  await watch.reset();
  const { accepted } = await send(warmUp.accepted + warmUp.refused);
  await watch.caughtUp();
  const counts = Object.entries(watch.byClients());
  const ofEvents = counts.filter(([name]) => !connectionCommands.has(name));
  const total = ofEvents.reduce((sum, [, count]) => sum + count, 0);
  return {
    accepted,
    perEvent: rounded(total / accepted),
    ofEvents: Object.fromEntries(ofEvents),
    apart: Object.fromEntries(counts.filter(([name]) => connectionCommands.has(name))),
  };
}
