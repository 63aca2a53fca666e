import { randomBytes } from 'node:crypto';
import { type PostgresServer } from '@sinch-callbacks/dev-env/servers';
import { type CpuPerThousand, measureCpu } from '../ground/measure-cpu.ts';
import { openRedis } from '../ground/open-servers.ts';
import type { TemplateDatabase } from '../ground/template-database.ts';
import type { LoadResult } from '../load/load-plan.ts';
import { startLoad } from '../load/start-load.ts';
import { openBullmqBacklog } from '../worker/backlog.ts';
import type { IngestEntry } from './contender-list.ts';
import { startIngest } from './start-ingest.ts';

export interface IngestField {
  readonly postgres: PostgresServer;
  readonly template: TemplateDatabase;
  readonly bodiesFile: string;
  readonly nextServer: string;
  readonly logDirectory: string;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly own?: NodeJS.ProcessEnv;
}

/** One contender's turn. */
export interface IngestTurn extends LoadResult {
  readonly contender: string;
  readonly cpuPerThousand: CpuPerThousand;
  /** Answered 200 and not in Redis. Of one that queues nothing, nothing is known. */
  readonly lost: number;
}

/** A new server on a new Redis under as much load as it takes, until its time or the bodies end. */
export async function runIngest(entry: IngestEntry, field: IngestField): Promise<IngestTurn> {
  await using closing = new AsyncDisposableStack();
  const database = await field.template.copy();
  closing.defer(() => database.drop());
  const redis = await openRedis();
  closing.defer(() => redis.close());
  const secret = randomBytes(24).toString('hex');
  const server = await startIngest({
    ...field,
    args: entry.args(field.nextServer),
    redisUrl: redis.url,
    databaseUrl: database.url,
    secret,
  });
  closing.defer(async () => void (await server.process.stop()));
  const load = await startLoad({
    url: `${server.url}${entry.path}`,
    secret,
    bodiesFile: field.bodiesFile,
    connections: field.connections,
    arrivals: { kind: 'closed', warmUpSeconds: field.warmUpSeconds, seconds: field.seconds },
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
