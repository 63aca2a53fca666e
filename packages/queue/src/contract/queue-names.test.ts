import { expect, it } from 'vitest';
import { keySlot, maxPartitions, queueKey, queueNames, slotCount } from './queue-names.ts';

const prefixes = [
  'sinch',
  'staging',
  'callbacks-prod',
  ...Array.from({ length: 60 }, (_, n) => `p${(n * 7_919).toString(36)}`),
];

function slotsOf(prefix: string, count: number): number[] {
  return Array.from({ length: count }, (_, partition) => {
    const place = queueKey(prefix, queueNames.live, partition);
    return keySlot(place.prefix.slice(1, -1));
  });
}

it('the slots are those of Redis Cluster', () => {
  expect(['123456789', 'sinch', ''].map(keySlot)).toEqual([0x31c3 % slotCount, 10_828, 0]);
});

it('partition 0 is called as if there were no others', () => {
  const place = { name: 'sinch-callbacks', prefix: '{sinch}' };
  expect(queueKey('sinch', queueNames.live)).toEqual(place);
  expect(queueKey('sinch', queueNames.live, 0)).toEqual(place);
});

it('the names of the others are a contract', () => {
  expect([1, 2, 63].map((n) => queueKey('sinch', queueNames.live, n))).toEqual([
    { name: 'sinch-callbacks-1', prefix: '{sinch.1.18}' },
    { name: 'sinch-callbacks-2', prefix: '{sinch.2.13}' },
    { name: 'sinch-callbacks-63', prefix: expect.stringMatching(/^\{sinch\.63\.\d+\}$/) },
  ]);
});

it('replays, dead letters and all that is one stay with partition 0', () => {
  for (const name of [queueNames.replay, queueNames.dead]) {
    expect(queueKey('sinch', name, 5)).toEqual({ name, prefix: '{sinch}' });
  }
});

it('no two partitions share a name or a hash tag', () => {
  const places = Array.from({ length: maxPartitions }, (_, n) => queueKey('p', queueNames.live, n));
  expect(new Set(places.map(({ name }) => name)).size).toBe(maxPartitions);
  expect(new Set(places.map(({ prefix }) => prefix)).size).toBe(maxPartitions);
});

it.each([3, 6, 9, 12])(
  'three masters have the same number of the %i partitions of `sinch`',
  (n) => {
    const masters = slotsOf('sinch', n).map((slot) => Math.floor((slot * 3) / slotCount));
    const sizes = [0, 1, 2].map((master) => masters.filter((one) => one === master).length);
    expect(sizes).toEqual([n / 3, n / 3, n / 3]);
  },
);

it('the first three partitions are far apart in the slots, whatever the prefix', () => {
  for (const prefix of prefixes) {
    const [first = 0, ...others] = slotsOf(prefix, 3).toSorted((one, other) => one - other);
    const gaps = [...others, first + slotCount].map(
      (slot, n) => slot - ([first, ...others][n] ?? 0),
    );
    expect(Math.min(...gaps), prefix).toBeGreaterThan(slotCount / 4);
  }
});
