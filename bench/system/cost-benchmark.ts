import { setTimeout as sleep } from 'node:timers/promises';
import { makeEvents, writeBodies } from '../load/make-events.ts';
import { type CpuPerThousand, describeCpu, measureCpu, medianCpu } from '../measure/measure-cpu.ts';
import {
  openPostgres,
  openRedis,
  prepareTemplate,
  readNewRedisSettings,
  readPostgresSettings,
} from '../measure/open-servers.ts';
import {
  readPostgresFigures,
  readRedisFigures,
  redisPerEvent,
  rowsPerEvent,
  watchCommands,
} from '../measure/server-figures.ts';
import { median, rounded } from '../report/arithmetic.ts';
import type { Benchmark } from '../report/benchmark.ts';
import { openBullmqBacklog } from '../worker/backlog.ts';
import { countApplied } from '../worker/drain-ours.ts';
import { openStack, type Stack } from './open-stack.ts';

interface Cost {
  readonly events: number;
  readonly cpuPerThousand: CpuPerThousand;
  readonly redis: ReturnType<typeof redisPerEvent>;
  readonly rows: ReturnType<typeof rowsPerEvent>;
  /** Commands that clients sent per event, from ingest to done; without those of scripts. */
  readonly clientCommands: number;
  readonly idleCommandsPerMinute: number;
  readonly bytesPerWaitingEvent: number;
  readonly lost: number;
}

const usual = { bodies: 120_000, seconds: 5, idleSeconds: 60, waiting: 10_000 };
const quick = { bodies: 8_000, seconds: 1, idleSeconds: 3, waiting: 500 };
const connections = 16;
const millisecondsPerMinute = 60_000;

/** The cost of one event from ingest to done, and of a worker that only waits. */
export const costBenchmark: Benchmark = {
  name: 'cost',
  async run({ options, directory, onProgress }) {
    const { bodies: count, ...plan } = options.quick ? quick : usual;
    const bodies = await writeBodies(directory, options.events ?? count, 'cost');
    await using closing = new AsyncDisposableStack();
    const postgres = await openPostgres(directory);
    closing.defer(() => postgres.close());
    const template = await prepareTemplate(postgres.url);
    const rounds: Cost[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const common = { postgres, template, logDirectory: directory, bodies, connections };
      await using stack = await openStack(common);
      const work = await measureWork(stack, plan.seconds);
      const clientCommands = await countClientCommands(stack, plan.seconds);
      const idleCommandsPerMinute = await measureIdle(stack, plan.idleSeconds);
      const bytesPerWaitingEvent = await measureWaiting(plan.waiting);
      const cost = { ...work, clientCommands, idleCommandsPerMinute, bytesPerWaitingEvent };
      rounds.push(cost);
      onProgress(`cost  round ${round + 1}  ${describeCpu(cost.cpuPerThousand)}`);
    }
    const middle = (of: (cost: Cost) => number) => rounded(median(rounds.map(of)));
    return {
      settings: {
        ...plan,
        connections,
        postgres: await readPostgresSettings(postgres.url),
        redis: await readNewRedisSettings(),
      },
      rounds,
      summary: [
        {
          ...medianCpu(rounds.map(({ cpuPerThousand }) => cpuPerThousand)),
          clientCommandsPerEvent: middle((cost) => cost.clientCommands),
          bytesToRedisPerEvent: middle((cost) => cost.redis.bytesIn),
          bytesFromRedisPerEvent: middle((cost) => cost.redis.bytesOut),
          bytesOnDiskPerEvent: middle((cost) => cost.rows.bytesOnDisk),
          walBytesPerEvent: middle((cost) => cost.rows.walBytes),
          hotShareOfMessageUpdates: middle((cost) => cost.rows.hotShare),
          bytesPerWaitingEvent: middle((cost) => cost.bytesPerWaitingEvent),
          idleCommandsPerMinute: middle((cost) => cost.idleCommandsPerMinute),
        },
      ],
      ratios: {},
      lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
    };
  },
};

async function measureWork(stack: Stack, seconds: number) {
  const arrivals = { kind: 'closed', warmUpSeconds: 0, seconds } as const;
  await stack.send(arrivals);
  await stack.drained();
  const stored = await countApplied(stack.databaseUrl);
  const before = await readRedisFigures(stack.redisUrl);
  const rowsBefore = await readPostgresFigures(stack.databaseUrl);
  const cpu = await measureCpu(stack.pids);
  const { accepted } = await stack.send(arrivals);
  await stack.drained();
  const cpuPerThousand = await cpu(accepted);
  const redis = redisPerEvent(before, await readRedisFigures(stack.redisUrl), accepted);
  const rowsAfter = await readPostgresFigures(stack.databaseUrl);
  const rows = rowsPerEvent(rowsBefore, rowsAfter, accepted);
  const lost = accepted - ((await countApplied(stack.databaseUrl)) - stored);
  return { events: accepted, cpuPerThousand, redis, rows, lost };
}

/** Counts with MONITOR, which slows Redis: nothing else is measured meanwhile. */
async function countClientCommands(stack: Stack, seconds: number): Promise<number> {
  const watch = await watchCommands(stack.redisUrl);
  try {
    const { accepted } = await stack.send({ kind: 'closed', warmUpSeconds: 0, seconds });
    // Polling for the end would be counted too, and the worker finishes soon after the load.
    await sleep(seconds * 1_000);
    await watch.caughtUp();
    return rounded(totalOf(watch.byClients()) / accepted);
  } finally {
    await watch.close();
  }
}

async function measureIdle(stack: Stack, seconds: number): Promise<number> {
  await stack.drained();
  const watch = await watchCommands(stack.redisUrl);
  try {
    await sleep(seconds * 1_000);
    await watch.caughtUp();
    return rounded((totalOf(watch.byClients()) / (seconds * 1_000)) * millisecondsPerMinute);
  } finally {
    await watch.close();
  }
}

/** Measures the bytes of Redis memory for each waiting event. */
async function measureWaiting(events: number): Promise<number> {
  const redis = await openRedis();
  const backlog = openBullmqBacklog({ redisUrl: redis.url, databaseUrl: '' });
  try {
    const before = await readRedisFigures(redis.url);
    await backlog.fill(makeEvents(events, 'waiting'));
    const after = await readRedisFigures(redis.url);
    return Math.round((after.usedMemory - before.usedMemory) / events);
  } finally {
    await backlog.close();
    await redis.close();
  }
}

function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
