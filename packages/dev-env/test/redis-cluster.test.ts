import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../src/servers/index.ts';

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
}, 120_000);

afterAll(async () => {
  await cluster.close();
});

it('gives each of three masters a third of the slots, which no other one answers for', async () => {
  expect(cluster.masters.map(({ firstSlot, lastSlot }) => [firstSlot, lastSlot])).toEqual([
    [0, 5461],
    [5462, 10922],
    [10923, 16383],
  ]);
  const [first] = cluster.masters;
  await expect(first?.command('SET', '{sinch}', 'x')).rejects.toThrow(/^MOVED 10828 /);
});

it('brings a master that was killed back with what it had acknowledged', async () => {
  const [, second] = cluster.masters;
  await second?.command('SET', '{sinch}', 'kept');
  await second?.kill();
  await second?.restart();
  expect(await second?.command('GET', '{sinch}')).toBe('kept');
});
