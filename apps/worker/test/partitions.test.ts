import type { CallbackEvent } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { type RedisCluster, startRedisCluster } from '@sinch-callbacks/dev-env/servers';
import { inspectPartitions, openPartitionedProducer, openProducer } from '@sinch-callbacks/queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  numberedEvents,
  openWorkerFixture,
  reportEvent,
  soon,
  statusOf,
  type WorkerFixture,
} from './support/worker-fixture.ts';

/** Queues events as an ingest with this setting does, and returns the number that was taken. */
async function tryEnqueue(
  fixture: WorkerFixture,
  partitions: number,
  events: readonly CallbackEvent[],
  timeoutMs: number,
): Promise<number> {
  const producer = openPartitionedProducer(partitions, (partition) =>
    openProducer({ ...fixture.location, partition, timeoutMs }),
  );
  const outcomes = await Promise.all(events.map((event) => producer.enqueue(event)));
  await producer.close();
  return outcomes.filter(({ kind }) => kind === 'queued').length;
}

async function enqueue(
  fixture: WorkerFixture,
  partitions: number,
  events: readonly CallbackEvent[],
): Promise<void> {
  expect(await tryEnqueue(fixture, partitions, events, 60_000)).toBe(events.length);
}

async function applied(fixture: WorkerFixture, count: number): Promise<void> {
  const isThere = async () => (await fixture.states())['APPLIED'] === count;
  await until(isThere, soon(`${count} applied events`));
}

describe('a worker on three partitions of a cluster', () => {
  let cluster: RedisCluster;
  let fixture: WorkerFixture;

  beforeAll(async () => {
    cluster = await startRedisCluster();
    fixture = await openWorkerFixture({ redisUrl: cluster.url });
  }, 120_000);

  afterAll(async () => {
    await fixture.close();
    await cluster.close();
  });

  it('applies the events of all, shows all on its board, and is ready while all answer', async () => {
    const events = numberedEvents(300).flatMap((event) => [
      event,
      reportEvent(event.entityId ?? '', 'READ'),
    ]);
    await enqueue(fixture, 3, events);
    const worker = await fixture.start({ QUEUE_PARTITIONS: '3' });
    await applied(fixture, events.length);
    expect(await statusOf(worker, '/readyz')).toMatchObject({ status: 200 });
    const { queues } = (await (
      await fetch(`${worker.adminUrl}/queues/api/queues?activeQueue=sinch-callbacks-2`)
    ).json()) as { queues: { name: string; counts: { completed: number } }[] };
    expect(queues.map(({ name }) => name).toSorted()).toEqual([
      'sinch-callbacks',
      'sinch-callbacks-1',
      'sinch-callbacks-2',
      'sinch-callbacks-dead',
      'sinch-callbacks-replay',
    ]);
    const completed = queues.reduce((sum, { counts }) => sum + counts.completed, 0);
    expect(completed).toBe(events.length);
    expect((await worker.stop()).code).toBe(0);
  });

  it('goes on with the others while one master is down, and with all when it is back', async () => {
    const worker = await fixture.start({ QUEUE_PARTITIONS: '3' });
    const [, second] = cluster.masters;
    await second?.kill();
    await until(
      async () => (await statusOf(worker, '/readyz')).status === 503,
      soon('the worker to notice'),
    );
    expect(await statusOf(worker, '/healthz')).toMatchObject({ status: 200 });
    const before = (await fixture.states())['APPLIED'] ?? 0;
    const meanwhile = numberedEvents(200, '01MEANWHILE');
    const taken = await tryEnqueue(fixture, 3, meanwhile, 3_000);
    expect(taken).toBeGreaterThan(0);
    await applied(fixture, before + taken);
    await second?.restart();
    await enqueue(fixture, 3, meanwhile);
    await applied(fixture, before + meanwhile.length);
    expect(await fixture.attempts()).toEqual([1]);
    expect((await worker.stop()).code).toBe(0);
  });
});

describe('when the number of partitions changes', () => {
  let fixture: WorkerFixture;

  beforeEach(async () => {
    fixture = await openWorkerFixture();
  });

  afterEach(async () => {
    await fixture.close();
  });

  it('workers that were raised first read what is queued before, meanwhile and after', async () => {
    const [before, meanwhile, after] = ['01A', '01B', '01C'].map((id) => numberedEvents(60, id));
    await enqueue(fixture, 1, before ?? []);
    await fixture.start({ QUEUE_PARTITIONS: '4' });
    await enqueue(fixture, 1, meanwhile ?? []);
    await enqueue(fixture, 4, after ?? []);
    await applied(fixture, 180);
  });

  it('a callback that comes again and lands in another partition is applied once', async () => {
    const events = numberedEvents(80);
    await enqueue(fixture, 1, events);
    await enqueue(fixture, 2, events);
    await enqueue(fixture, 5, events);
    await fixture.start({ QUEUE_PARTITIONS: '5' });
    const isAllDone = async () => (await inspectPartitions(fixture.location, 0)).length === 0;
    await until(isAllDone, soon('every copy to be done'));
    expect(await fixture.states()).toEqual({ APPLIED: events.length });
    expect(await fixture.database.prisma.messageStatus.count()).toBe(events.length);
  });

  it('what an unchanged worker leaves in higher partitions waits there for a raised one', async () => {
    const events = numberedEvents(60);
    await enqueue(fixture, 3, events);
    const lowered = await fixture.start();
    await until(async () => ((await fixture.states())['APPLIED'] ?? 0) > 0, soon('the first ones'));
    await lowered.stop();
    expect((await fixture.states())['APPLIED']).toBeLessThan(events.length);
    await fixture.start({ QUEUE_PARTITIONS: '3' });
    await applied(fixture, events.length);
  });
});
