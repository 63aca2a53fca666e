import { until } from '@sinch-callbacks/dev-env/processes';
import type { ClusterMaster } from '@sinch-callbacks/dev-env/servers';
import type { Cluster } from 'ioredis';
import { expect, it } from 'vitest';
import { redisQueueKey } from '../../src/connection/queue-backend.ts';
import { openRedis } from '../../src/connection/redis-client.ts';
import { keySlot } from '../../src/contract/queue-names.ts';
import {
  inspectBackend,
  inspectPartitions,
  openPartitionedProducer,
  openProducer,
  openRejectedStore,
  openReplayLane,
  queueNames,
} from '../../src/index.ts';
import { becomes, done, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

const harness = useQueueHarness('cluster');
const events = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => eventOf(`text ${from + n}`));

/** Keys with this test's prefix, by master. */
async function keysByMaster(): Promise<string[][]> {
  const pattern = `{${harness.location().prefix}*`;
  const lists = harness.cluster().masters.map(async (master) => {
    return (await master.command('KEYS', pattern)) as string[];
  });
  return await Promise.all(lists);
}

function masterOf(partition: number): ClusterMaster {
  const { prefix } = redisQueueKey({ ...harness.location(), partition }, queueNames.live);
  const slot = keySlot(prefix.slice(1, -1));
  const master = harness
    .cluster()
    .masters.find(({ firstSlot, lastSlot }) => firstSlot <= slot && slot <= lastSlot);
  if (master === undefined) throw new Error(`no master has slot ${slot}`);
  return master;
}

function openPartition(partition: number) {
  return harness.closing(openProducer({ ...harness.location(), partition, timeoutMs: 10_000 }));
}

it('partitions lie on different masters, each with all its keys on one, and every event is handled', async () => {
  const sent = events(90);
  await harness.produce(...sent);
  const tags = (await keysByMaster()).map(
    (keys) => new Set(keys.map((key) => key.slice(0, key.indexOf('}') + 1))),
  );
  const all = tags.flatMap((some) => [...some]);
  expect(new Set(all).size).toBe(all.length);
  expect(tags.filter(({ size }) => size > 0).length).toBeGreaterThanOrEqual(2);

  const { handled } = await harness.consume(done);
  await becomes(handled, sent.length);
  const keys = handled.map(({ event }) => event.key).toSorted();
  expect(keys).toEqual(sent.map(({ key }) => key).toSorted());
});

it('a master that is killed and comes back loses nothing, and events elsewhere go on meanwhile', async () => {
  const producer = harness.closing(
    openPartitionedProducer(3, (partition) =>
      openProducer({ ...harness.location(), partition, timeoutMs: 1_000 }),
    ),
  );
  const { handled } = await harness.consume(done);
  const before = events(60);
  for (const event of before) expect((await producer.enqueue(event)).kind).toBe('queued');

  const victim = masterOf(1);
  await victim.kill();
  const meanwhile = events(30, 100);
  const outcomes = await Promise.all(meanwhile.map((event) => producer.enqueue(event)));
  const isOnVictim = (event: (typeof meanwhile)[number]) =>
    masterOf(harness.partitionOf(event)).url === victim.url;
  expect(outcomes.map(({ kind }) => kind)).toEqual(
    meanwhile.map((event) => (isOnVictim(event) ? 'unavailable' : 'queued')),
  );
  await victim.restart();

  const left = meanwhile.filter((_, n) => outcomes[n]?.kind !== 'queued');
  for (const event of left) {
    await until(
      async () => (await producer.enqueue(event)).kind === 'queued',
      limit('the master to take events again'),
    );
  }
  const expected = new Set([...before, ...meanwhile].map(({ key }) => key));
  await until(
    () => new Set(handled.map(({ event }) => event.key)).size === expected.size,
    limit('every event to be handled'),
  );
  expect(handled.every(({ attempt }) => attempt === 1)).toBe(true);
});

it('leaves no connection behind, however often it is closed', async () => {
  const { handled, consumer } = await harness.consume(done);
  const producer = openPartition(1);
  await producer.enqueue(eventOf('one', '01ONE'));
  await harness.produce(eventOf('two'));
  await until(() => handled.length >= 1, limit('an event to be handled'));
  const lane = openReplayLane(harness.location());
  const store = openRejectedStore(harness.location());
  expect([await lane.hasDead('x'), await store.count()]).toEqual([false, 0]);
  await consumer.stopTaking();
  for (const opened of [consumer, producer, lane, store]) await opened.close();
  await harness.closeAll();
  await until(async () => {
    const lists = await Promise.all(
      harness.cluster().masters.map((master) => master.command('CLIENT', 'LIST')),
    );
    // The connection that asks is in the list itself.
    return lists.every((list) => String(list).trim().split('\n').length === 1);
  }, limit('no connection but the one that asks'));
});

it('a client ends when it is disconnected, although an answer names one more node after that', async () => {
  const client = openRedis(harness.cluster().url, { kind: 'wait' });
  await client.get('x');
  client.disconnect();
  // As ioredis does where the answer is that a slot has moved.
  const pool = (client as Cluster)['connectionPool'];
  const [port] = harness.cluster().masters.map(({ url }) => Number(new URL(url).port));
  pool.findOrCreate({ host: '127.0.0.1', port });
  await until(() => client.status === 'end', limit('the client to end'));
});

it('is looked at as a whole, and is as safe as its worst master', async () => {
  const { backend } = harness.location();
  expect(await inspectBackend(backend)).toMatchObject({
    kind: 'redis',
    masters: 3,
    maxmemoryPolicy: 'noeviction',
    appendOnly: true,
    appendFsync: 'always',
  });
  const [, second] = harness.cluster().masters;
  await second?.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  await second?.command('CONFIG', 'SET', 'maxmemory', 100_000_000);
  await second?.command('CONFIG', 'SET', 'appendfsync', 'everysec');
  const worst = await inspectBackend(backend);
  await second?.command('CONFIG', 'SET', 'appendfsync', 'always');
  await second?.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await second?.command('CONFIG', 'SET', 'maxmemory', 0);
  expect(worst).toMatchObject({
    maxmemoryPolicy: 'allkeys-lru',
    appendFsync: 'everysec',
    memory: { maxBytes: 100_000_000 },
  });
});

it('events of partitions without a reader are found, and handled once there is one', async () => {
  const sent = events(30);
  await harness.produce(...sent);
  const inOthers = sent.filter((event) => harness.partitionOf(event) > 0);
  const found = await inspectPartitions(harness.location(), 1);
  expect(found.map(({ name }) => name)).toEqual(['sinch-callbacks-1', 'sinch-callbacks-2']);
  expect(found.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(inOthers.length);
  expect(await inspectPartitions(harness.location(), 3)).toEqual([]);

  const { handled } = await harness.consume(done);
  await becomes(handled, sent.length);
  await until(
    async () => (await inspectPartitions(harness.location(), 1)).length === 0,
    limit('no job to be left'),
  );
});

it('the partitions on a master that is nearly full report so, and no others', async () => {
  const full = masterOf(2);
  const producers = [0, 1, 2].map(openPartition);
  const isOnFull = producers.map((_, partition) => masterOf(partition).url === full.url);
  const info = String(await full.command('INFO', 'memory'));
  const used = Number(/used_memory:(\d+)/.exec(info)?.[1]);
  await full.command('CONFIG', 'SET', 'maxmemory', Math.round(used / 0.93));
  try {
    for (const producer of producers) {
      expect(await producer.enqueue(eventOf('looks'))).toEqual({ kind: 'queued' });
    }
    const areFull = () => producers.map((producer) => producer.isNearlyFull());
    await until(() => areFull()[2] === true, limit('the full one to be noticed'));
    expect(areFull()).toEqual(isOnFull);
  } finally {
    await full.command('CONFIG', 'SET', 'maxmemory', 0);
  }
});
