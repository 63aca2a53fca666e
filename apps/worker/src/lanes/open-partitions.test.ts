import { parseWorkerConfig } from '@sinch-callbacks/config';
import { type Consumer, type HandleEvent, maxPartitions } from '@sinch-callbacks/queue';
import { expect, it } from 'vitest';
import { openPartitions, shareConcurrency } from './open-partitions.ts';

const event = {
  key: 'MESSAGE_DELIVERY.01M.x',
  trigger: 'MESSAGE_DELIVERY',
  entityId: '01M',
  rawBody: { encoding: 'utf8', text: '{}' },
  receivedAt: '2026-01-02T03:04:05.678Z',
  signature: undefined,
} as const;

function openAll(partitions: number, concurrency: number) {
  let now = 0;
  const limits: number[] = [];
  const taken: number[] = [];
  const handlers: HandleEvent[] = [];
  const handle: HandleEvent = async () => await new Promise(() => {});
  const lanes = openPartitions(
    partitions,
    { concurrency, handle },
    (name, { partition, concurrency: limit, handle: handlePartition }) => {
      limits[partition] = limit;
      handlers[partition] = handlePartition;
      const consumer = {
        ...idleConsumer,
        jobsInProgress: () => taken[partition] ?? 0,
        setConcurrency: (next: number) => {
          limits[partition] = next;
        },
      };
      return { name, consumer, onAnswered: () => {} };
    },
    () => now,
  );
  const take = (partition: number, count: number) => {
    for (let n = 0; n < count; n += 1) {
      taken[partition] = (taken[partition] ?? 0) + 1;
      void handlers[partition]?.(event, 1);
    }
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { lanes, limits, take, pass };
}

/** A consumer that is never started. */
const idleConsumer: Consumer = {
  start: async () => {},
  stopTaking: async () => {},
  close: async () => {},
  finishedJobs: () => 0,
  jobsInProgress: () => 0,
  oldestInProgress: () => undefined,
  connectionErrors: () => 0,
  isRefused: () => false,
  countWaiting: async () => 0,
  stock: async () => await Promise.reject(new Error('never started')),
  setConcurrency: () => {},
};

it('each partition is a lane of its own, and all have one worker’s concurrency between them', () => {
  const { lanes, limits } = openAll(3, 100);
  expect(lanes.map(({ name }) => name)).toEqual(['live', 'live-1', 'live-2']);
  expect(limits).toEqual([33, 33, 33]);
});

it('a partition with all the backlog gets the others’ part, and gives it back when they need it', () => {
  const { limits, take, pass } = openAll(4, 100);
  take(0, 25);
  pass(300);
  take(0, 1);
  expect(limits).toEqual([82, 6, 6, 6]);
  take(1, 6);
  take(2, 6);
  take(3, 6);
  take(0, 60);
  pass(300);
  take(1, 1);
  expect(limits).toEqual([25, 25, 25, 25]);
});

it('no setting makes partitions that no worker would ever read', () => {
  const kindWith = (partitions: number) => {
    const servers = { DATABASE_URL: 'postgres://host/db', REDIS_URL: 'redis://host' };
    return parseWorkerConfig({ ...servers, QUEUE_PARTITIONS: String(partitions) }).kind;
  };
  expect([kindWith(maxPartitions), kindWith(maxPartitions + 1)]).toEqual(['valid', 'invalid']);
});

it('one alone has all of it, always', () => {
  const { limits, take, pass } = openAll(1, 100);
  pass(10_000);
  take(0, 3);
  expect(limits).toEqual([100]);
});

const busy = (limit: number) => ({ inProgress: limit, limit });
const idle = (limit: number) => ({ inProgress: 0, limit });

it('lanes that all have enough to do have the same share', () => {
  expect(shareConcurrency(100, [busy(25), busy(60), busy(5), busy(10)])).toEqual([25, 25, 25, 25]);
});

it('one that alone has work may have nearly all of it', () => {
  expect(shareConcurrency(100, [busy(25), idle(25), idle(25), idle(25)])).toEqual([82, 6, 6, 6]);
});

it('one that has little keeps what it has, and room to show that it needs more', () => {
  const [first = 0, second = 0, third = 0] = shareConcurrency(90, [
    busy(30),
    { inProgress: 10, limit: 30 },
    busy(30),
  ]);
  expect(second).toBeGreaterThan(10);
  expect([first, first + second + third]).toEqual([third, 89]);
});

it('none starves, and all together have no more than there is to share', () => {
  for (let seed = 1; seed < 500; seed += 1) {
    const total = 1 + ((seed * 37) % 200);
    const lanes = Array.from({ length: 1 + (seed % 64) }, (_, n) => {
      const limit = 1 + ((seed * (n + 3)) % 50);
      return { limit, inProgress: (seed * (n + 11)) % (limit + 1) };
    });
    const limits = shareConcurrency(total, lanes);
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(1);
    const sum = limits.reduce((all, limit) => all + limit, 0);
    expect(sum, `seed ${seed}`).toBeLessThanOrEqual(Math.max(total, lanes.length));
  }
});
