import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import {
  createCleanup,
  logFile,
  migrate,
  stackPaths,
  startIngest,
  startWorker,
} from '@sinch-callbacks/dev-env/stack';
import { type Outage, startRestartableRedis } from './restartable-redis.ts';
import { type Sent, startSending } from './send-at-rate.ts';

export interface OutagePlan {
  readonly how: Outage;
  /** The length of the outage. */
  readonly downSeconds: number;
  readonly beforeSeconds: number;
  readonly afterSeconds: number;
  readonly ratePerSecond: number;
  /** An empty database. */
  readonly databaseUrl: string;
}

export interface OutageResult {
  readonly whole: Measured;
  /** Callbacks that were due before Redis went down. */
  readonly sentBefore: number;
  readonly away: Measured;
  /** Events in the database at the end, by state. */
  readonly events: Readonly<Record<string, number>>;
  /** Events that were applied by way of Postgres while Redis was down. */
  readonly appliedBeforeReturn: number;
  /** The time from the last callback to the last applied event. */
  readonly settledSeconds: number;
}

const settleTimeoutMs = 120_000;

/** Runs real ingest, worker and Redis under a constant load, and takes Redis down in the middle. */
export async function runOutage(plan: OutagePlan): Promise<OutageResult> {
  const directory = await mkdtemp(join(tmpdir(), 'sinch-outage-'));
  const cleanup = createCleanup((problem) => console.error(problem));
  cleanup.add('folder', async () => await rm(directory, { recursive: true, force: true }));
  try {
    const paths = stackPaths(directory);
    await mkdir(paths.logs);
    const redis = await startRestartableRedis(paths.redis);
    cleanup.add('redis', () => redis.close());
    const secret = randomBytes(24).toString('hex');
    const { databaseUrl, ratePerSecond } = plan;
    const settings = { paths, databaseUrl, redisUrl: redis.url, webhookSecret: secret };
    await migrate(settings, logFile(paths, 'migrate'));
    const [ingest, worker] = await Promise.all([startIngest(settings), startWorker(settings)]);
    for (const app of [ingest, worker]) cleanup.add(app.name, () => app.close());

    const webhookUrl = `${ingest.url}/api/sinch/webhook`;
    const sending = startSending({ webhookUrl, secret, ratePerSecond });
    await sleep(plan.beforeSeconds * 1_000);
    await redis.takeDown(plan.how);
    const from = performance.now();
    await sleep(plan.downSeconds * 1_000);
    const appliedBeforeReturn = (await countEvents(databaseUrl))['APPLIED'] ?? 0;
    const to = performance.now();
    await redis.bringBack(plan.how);
    await sleep(plan.afterSeconds * 1_000);
    const sent = await sending.stop();
    const stoppedAt = performance.now();
    const events = await settle(databaseUrl, sent.length);
    return {
      whole: measure(sent),
      sentBefore: sent.filter(({ dueAt }) => dueAt < from).length,
      away: measure(sent.filter(({ dueAt }) => dueAt >= from && dueAt < to)),
      events,
      appliedBeforeReturn,
      settledSeconds: Math.round((performance.now() - stoppedAt) / 100) / 10,
    };
  } finally {
    await cleanup.closeAll();
  }
}

/** Waits until every event is applied or the time is up, and counts the events by state. */
async function settle(databaseUrl: string, count: number): Promise<Record<string, number>> {
  const isAll = async () => (await countEvents(databaseUrl))['APPLIED'] === count;
  const limits = { what: 'every event', timeoutMs: settleTimeoutMs, intervalMs: 200 };
  await until(isAll, limits).catch(() => undefined);
  return await countEvents(databaseUrl);
}

async function countEvents(databaseUrl: string): Promise<Record<string, number>> {
  const rows = await queryRows<{ state: string; count: number }>(
    databaseUrl,
    'SELECT state::text, count(*)::integer AS count FROM callback_event GROUP BY state',
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

interface Measured {
  readonly sent: number;
  readonly answered200: number;
  /** The number of answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

function measure(all: readonly Sent[]): Measured {
  const statuses: Record<string, number> = {};
  for (const { status } of all) statuses[status] = (statuses[status] ?? 0) + 1;
  const latencies = all.map(({ latencyMs }) => latencyMs).toSorted((one, other) => one - other);
  const share = (part: number) =>
    Math.round(latencies[Math.ceil(latencies.length * part) - 1] ?? Number.NaN);
  return {
    sent: all.length,
    answered200: statuses['200'] ?? 0,
    statuses,
    latencyMs: { p50: share(0.5), p99: share(0.99), max: share(1) },
  };
}
