import { randomBytes } from 'node:crypto';
import type { PostgresServer } from '@sinch-callbacks/dev-env/servers';
import { Redis } from 'ioredis';
import { type IngestTurn, runIngest } from '../ingest/run-ingest.ts';
import { ingestContenders, startIngest } from '../ingest/start-ingest.ts';
import { type Bodies, writeBodies } from '../load/make-events.ts';
import { startLoad } from '../load/start-load.ts';
import { describeCpu } from '../measure/measure-cpu.ts';
import {
  openPostgres,
  openRedis,
  prepareTemplate,
  readNewRedisSettings,
  readPostgresSettings,
  type TemplateDatabase,
  vacuumAndCheckpoint,
} from '../measure/open-servers.ts';
import { median, rounded } from '../report/arithmetic.ts';
import { type Benchmark, type BenchmarkRun, rotate } from '../report/benchmark.ts';
import { countApplied, drainOurs, type OurDrain } from '../worker/drain-ours.ts';
import { findLiveQueues } from '../worker/live-queues.ts';

interface Setting {
  readonly workers: number;
  readonly partitions: number;
}

interface ScaledDrain extends Setting, OurDrain {
  readonly lost: number;
}

interface ScaleSetup {
  readonly postgres: PostgresServer;
  readonly template: TemplateDatabase;
  readonly bodies: Bodies;
  readonly logDirectory: string;
  readonly warmUp: number;
}

const settings: readonly Setting[] = [1, 2].flatMap((workers) =>
  [1, 3].map((partitions) => ({ workers, partitions })),
);
const processCounts = [1, 2];
const usual = { bodies: 25_000, warmUp: 5_000 };
const quick = { bodies: 800, warmUp: 200 };
const usualLoad = { warmUpSeconds: 2, seconds: 5, connections: 64, bodies: 150_000 };
const quickLoad = { warmUpSeconds: 0.3, seconds: 1, connections: 16, bodies: 6_000 };
const connections = 64;
const fillTimeoutSeconds = 600;

/** Rates with a second worker, more partitions and a second listener process. */
export const scaleBenchmark: Benchmark = {
  name: 'scale',
  async run(run) {
    const { options, directory, onProgress } = run;
    const { bodies: count, warmUp } = options.quick ? quick : usual;
    const bodies = await writeBodies(directory, count, 'scale');
    await using closing = new AsyncDisposableStack();
    const postgres = await openPostgres(directory);
    closing.defer(() => postgres.close());
    const template = await prepareTemplate(postgres.url);
    const setup = { postgres, template, bodies, logDirectory: directory, warmUp };
    const drains: ScaledDrain[] = [];
    const turns: (IngestTurn & { processes: number })[] = [];
    const load = await prepareLoad(run);
    for (let round = 0; round < options.rounds; round += 1) {
      for (const setting of rotate(settings, round)) {
        const drain = await drainScaled(setting, setup);
        const { workers, partitions, eventsPerSecond, cpuPerThousand } = drain;
        onProgress(
          `scale  round ${round + 1}  ${workers} workers, ${partitions} partitions  ` +
            `${eventsPerSecond}/s  ${describeCpu(cpuPerThousand)}`,
        );
        drains.push(drain);
      }
      for (const processes of rotate(processCounts, round)) {
        const extraEnv = { INGEST_PROCESSES: String(processes) };
        const turn = await runIngest(listener(), { ...setup, ...load, extraEnv });
        onProgress(
          `scale  round ${round + 1}  listener on ${processes} processes  ` +
            `${turn.requestsPerSecond}/s`,
        );
        turns.push({ ...turn, processes });
      }
    }
    return {
      settings: {
        events: count - warmUp,
        warmUp,
        postgres: await readPostgresSettings(postgres.url),
        redis: await readNewRedisSettings(),
      },
      rounds: [...drains, ...turns],
      summary: [
        ...settings.map(({ workers, partitions }) => ({
          workers,
          partitions,
          eventsPerSecond: middle(
            drains
              .filter((one) => one.workers === workers && one.partitions === partitions)
              .map(({ eventsPerSecond }) => eventsPerSecond),
          ),
        })),
        ...processCounts.map((processes) => ({
          listenerProcesses: processes,
          requestsPerSecond: middle(
            turns
              .filter((one) => one.processes === processes)
              .map(({ requestsPerSecond }) => requestsPerSecond),
          ),
        })),
      ],
      ratios: {},
      lost: [...drains, ...turns].reduce((sum, { lost }) => sum + lost, 0),
    };
  },
};

async function prepareLoad({ options, directory }: BenchmarkRun) {
  const { bodies, ...load } = options.quick ? quickLoad : usualLoad;
  const { file: bodiesFile } = await writeBodies(directory, bodies, 'scale-load');
  return { ...load, bodiesFile, nextServer: '' };
}

/** Drains events that the listener has queued, since the listener chooses each partition. */
async function drainScaled(setting: Setting, setup: ScaleSetup): Promise<ScaledDrain> {
  await using closing = new AsyncDisposableStack();
  const { bodies, logDirectory, warmUp } = setup;
  const database = await setup.template.copy();
  closing.defer(() => database.drop());
  const redis = await openRedis();
  closing.defer(() => redis.close());
  const urls = { databaseUrl: database.url, redisUrl: redis.url };
  const extraEnv = { QUEUE_PARTITIONS: String(setting.partitions) };
  await queueAll({ ...urls, bodies, logDirectory, extraEnv });
  await assertPartitions(redis.url, setting.partitions);
  await vacuumAndCheckpoint(database.url);
  const pids = { redis: redis.process?.pid, postgres: setup.postgres.process?.pid };
  const waiting = bodies.keys.length;
  const { workers } = setting;
  const drain = await drainOurs({
    ...urls,
    workers,
    waiting,
    warmUp,
    logDirectory,
    pids,
    extraEnv,
  });
  return { ...setting, ...drain, lost: waiting - (await countApplied(database.url)) };
}

async function queueAll(start: {
  redisUrl: string;
  databaseUrl: string;
  bodies: Bodies;
  logDirectory: string;
  extraEnv: NodeJS.ProcessEnv;
}): Promise<void> {
  await using closing = new AsyncDisposableStack();
  const secret = randomBytes(24).toString('hex');
  const { args, path } = listener();
  const ingest = await startIngest({ ...start, args: args(''), secret });
  closing.defer(async () => void (await ingest.process.stop()));
  const load = await startLoad({
    url: `${ingest.url}${path}`,
    secret,
    bodiesFile: start.bodies.file,
    connections,
    arrivals: { kind: 'closed', warmUpSeconds: 0, seconds: fillTimeoutSeconds },
  });
  closing.defer(async () => void (await load.process.stop()));
  load.begin();
  const { accepted } = await load.result();
  if (accepted !== start.bodies.keys.length) throw new Error('not every event was queued');
}

/** @throws when the events are in another number of queues: then something else is measured. */
async function assertPartitions(redisUrl: string, partitions: number): Promise<void> {
  const client = new Redis(redisUrl);
  try {
    const { length } = await findLiveQueues(client);
    if (length === partitions) return;
    throw new Error(`QUEUE_PARTITIONS=${partitions} made ${length} queues`);
  } finally {
    client.disconnect();
  }
}

function listener() {
  const found = ingestContenders.find(({ name }) => name === 'listener');
  if (found === undefined) throw new Error('there is no listener');
  return found;
}

function middle(values: readonly number[]): number {
  return rounded(median(values));
}
