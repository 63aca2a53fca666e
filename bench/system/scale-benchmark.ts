import { randomBytes } from 'node:crypto';
import type { PostgresServer } from '@sinch-callbacks/dev-env/servers';
import { Redis } from 'ioredis';
import { type IngestTurn, runIngest } from '../ingest/run-ingest.ts';
import { ingestList, startIngest } from '../ingest/start-ingest.ts';
import { type Bodies, writeBodies } from '../load/make-events.ts';
import { startLoad } from '../load/start-load.ts';
import { describeCpu } from '../measure/measure-cpu.ts';
import {
  openPostgres,
  openRedis,
  prepareTemplate,
  readNewRedisSettings,
  readPostgresSettings,
  settleDatabase,
  type TemplateDatabase,
} from '../measure/open-servers.ts';
import { median, rounded } from '../report/arithmetic.ts';
import { type Part, type PartRun, turned } from '../report/benchmark.ts';
import { countApplied, drainOurs, type OwnDrain } from '../worker/drain-ours.ts';
import { findLiveQueues } from '../worker/live-queues.ts';

interface Setting {
  readonly workers: number;
  readonly partitions: number;
}

interface ScaledDrain extends Setting, OwnDrain {
  readonly lost: number;
}

interface Field {
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

/** What a second worker, more partitions and a second process of the listener bring. */
export const scalePart: Part = {
  name: 'scale',
  async run(run) {
    const { options, directory, onProgress } = run;
    const { bodies: count, warmUp } = options.quick ? quick : usual;
    const bodies = await writeBodies(directory, count, 'scale');
    await using closing = new AsyncDisposableStack();
    const postgres = await openPostgres(directory);
    closing.defer(() => postgres.close());
    const template = await prepareTemplate(postgres.url);
    const field = { postgres, template, bodies, logDirectory: directory, warmUp };
    const drains: ScaledDrain[] = [];
    const turns: (IngestTurn & { processes: number })[] = [];
    const load = await prepareLoad(run);
    for (let round = 0; round < options.rounds; round += 1) {
      for (const setting of turned(settings, round)) {
        const drain = await drainScaled(setting, field);
        const { workers, partitions, eventsPerSecond, cpuPerThousand } = drain;
        onProgress(
          `scale  round ${round + 1}  ${workers} workers, ${partitions} partitions  ` +
            `${eventsPerSecond}/s  ${describeCpu(cpuPerThousand)}`,
        );
        drains.push(drain);
      }
      for (const processes of turned(processCounts, round)) {
        const own = { INGEST_PROCESSES: String(processes) };
        const turn = await runIngest(listener(), { ...field, ...load, own });
        onProgress(
          `scale  round ${round + 1}  listener on ${processes} processes  ${turn.requestsPerSecond}/s`,
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

async function prepareLoad({ options, directory }: PartRun) {
  const { bodies, ...load } = options.quick ? quickLoad : usualLoad;
  const { file: bodiesFile } = await writeBodies(directory, bodies, 'scale-load');
  return { ...load, bodiesFile, nextServer: '' };
}

/** The listener queues them, since it knows which partition each belongs to. */
async function drainScaled(setting: Setting, field: Field): Promise<ScaledDrain> {
  await using closing = new AsyncDisposableStack();
  const { bodies, logDirectory, warmUp } = field;
  const database = await field.template.copy();
  closing.defer(() => database.drop());
  const redis = await openRedis();
  closing.defer(() => redis.close());
  const places = { databaseUrl: database.url, redisUrl: redis.url };
  const own = { QUEUE_PARTITIONS: String(setting.partitions) };
  await queueAll({ ...places, bodies, logDirectory, own });
  await assertPartitions(redis.url, setting.partitions);
  await settleDatabase(database.url);
  const pids = { redis: redis.process?.pid, postgres: field.postgres.process?.pid };
  const waiting = bodies.keys.length;
  const { workers } = setting;
  const drain = await drainOurs({ ...places, workers, waiting, warmUp, logDirectory, pids, own });
  return { ...setting, ...drain, lost: waiting - (await countApplied(database.url)) };
}

async function queueAll(start: {
  redisUrl: string;
  databaseUrl: string;
  bodies: Bodies;
  logDirectory: string;
  own: NodeJS.ProcessEnv;
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

/** @throws when what was queued lies elsewhere than it should: then something else is measured. */
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
  const found = ingestList.find(({ name }) => name === 'listener');
  if (found === undefined) throw new Error('there is no listener');
  return found;
}

function middle(values: readonly number[]): number {
  return rounded(median(values));
}
