import { setTimeout as sleep } from 'node:timers/promises';
import type { CallbackEvent } from '@sinch-callbacks/core';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { openProducer } from '@sinch-callbacks/queue';
import { makeWorkerUtils } from 'graphile-worker';
import { Redis } from 'ioredis';
import { PgBoss } from 'pg-boss';
import { findLiveQueues, type LiveQueue } from './live-queues.ts';

export interface ServerUrls {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** The waiting jobs of one kind of queue. */
export interface Backlog {
  fill(events: Iterable<CallbackEvent>): Promise<void>;
  /** Counts the jobs that are not done, in any state. */
  left(): Promise<number>;
  close(): Promise<void>;
}

const chunkSize = 1_000;
const enqueueAtOnce = 200;
const enqueueTimeoutMs = 30_000;

/** Fills the queue through our own producer: the jobs are those that ingest would make. */
export function openBullmqBacklog({ redisUrl }: ServerUrls): Backlog {
  const backend = { kind: 'redis', url: redisUrl } as const;
  const redis = new Redis(redisUrl);
  let queues: readonly LiveQueue[] | undefined;
  return {
    async fill(events) {
      const producer = openProducer({ backend, timeoutMs: enqueueTimeoutMs });
      try {
        await eachChunk(events, enqueueAtOnce, async (chunk) => {
          const outcomes = await Promise.all(chunk.map((event) => producer.enqueue(event)));
          const refused = outcomes.find(({ kind }) => kind === 'unavailable');
          if (refused) throw new Error(`an event was not queued: ${JSON.stringify(refused)}`);
        });
      } finally {
        await producer.close();
      }
    },
    async left() {
      // The search is slow, so it is done only until there are queues.
      if (queues === undefined || queues.length === 0) queues = await findLiveQueues(redis);
      const pipeline = redis.pipeline();
      for (const { prefix, name } of queues) {
        const key = `${prefix}:${name}`;
        pipeline.llen(`${key}:wait`).llen(`${key}:active`);
        pipeline.zcard(`${key}:delayed`).zcard(`${key}:failed`);
      }
      const counts = await pipeline.exec();
      return (counts ?? []).reduce((sum, [, count]) => sum + Number(count), 0);
    },
    async close() {
      redis.disconnect();
    },
  };
}

export function openPgBossBacklog({ databaseUrl }: ServerUrls): Backlog {
  return {
    async fill(events) {
      const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
      await boss.start();
      await boss.createQueue('events');
      await eachChunk(events, chunkSize, async (chunk) => {
        await boss.insert(
          'events',
          chunk.map((data) => ({ data })),
        );
      });
      await boss.stop();
    },
    left: async () =>
      await countRows(databaseUrl, `pgboss.job WHERE name = 'events' AND state <> 'completed'`),
    close: async () => undefined,
  };
}

export function openGraphileBacklog({ databaseUrl }: ServerUrls): Backlog {
  return {
    async fill(events) {
      const utils = await makeWorkerUtils({ connectionString: databaseUrl });
      await utils.migrate();
      await eachChunk(events, chunkSize, async (chunk) => {
        await utils.addJobs(chunk.map((payload) => ({ identifier: 'event', payload })));
      });
      await utils.release();
    },
    left: async () => await countRows(databaseUrl, 'graphile_worker._private_jobs'),
    close: async () => undefined,
  };
}

async function countRows(url: string, from: string): Promise<number> {
  const rows = await queryRows<{ n: number }>(url, `SELECT count(*)::integer AS n FROM ${from}`);
  return rows[0]?.n ?? Number.NaN;
}

async function eachChunk<T>(
  items: Iterable<T>,
  size: number,
  use: (chunk: T[]) => Promise<void>,
): Promise<void> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    await use(chunk);
    chunk = [];
  }
  if (chunk.length > 0) await use(chunk);
}

const shortestMs = 5;
const longestMs = 500;

/**
 * Waits until at most so many jobs are left, and returns how many are.
 *
 * Each poll is work for the measured servers; constant polling took a tenth of the rate. So the
 * next poll comes after half of the estimated remaining time: rarely at first, often at the end.
 * @throws after `timeoutMs`.
 */
export async function waitUntilLeft(
  backlog: Pick<Backlog, 'left'>,
  atMost: number,
  { what, timeoutMs }: { readonly what: string; readonly timeoutMs: number },
): Promise<number> {
  const startedAt = performance.now();
  const first = await backlog.left();
  let left = first;
  while (left > atMost) {
    const passedMs = performance.now() - startedAt;
    if (passedMs > timeoutMs)
      throw new Error(`Timed out after ${timeoutMs} ms waiting for ${what}.`);
    const done = first - left;
    const restMs = done > 0 ? ((left - atMost) / done) * passedMs : shortestMs;
    await sleep(Math.min(Math.max(restMs / 2, shortestMs), longestMs));
    left = await backlog.left();
  }
  return left;
}
