import { expect, it } from 'vitest';
import { choosePartition } from './partitioned-producer.ts';

const ids = (count: number, start: number) =>
  Array.from({ length: count }, (_, n) => `01JD${(start + n).toString(36).padStart(22, '0')}`);
const seeds = [1, 977, 1_048_576, 987_654_321];
const counts = [2, 3, 4, 7, 16, 64];

it('an event always has the same partition, in every process and every release', () => {
  const event = { key: 'MESSAGE_DELIVERY.01M.abc', entityId: '01EQBC1A3BEK731GY4YXEN0C2R' };
  expect(counts.map((count) => choosePartition(event, count))).toEqual([0, 2, 2, 1, 6, 54]);
  expect(choosePartition({ ...event, entityId: undefined }, 64)).toBe(49);
});

it('all events of one message share a partition', () => {
  for (const entityId of ids(200, 5)) {
    for (const count of counts) {
      const keys = [`MESSAGE_INBOUND.${entityId}.1`, `MESSAGE_DELIVERY.${entityId}.2`];
      const partitions = keys.map((key) => choosePartition({ key, entityId }, count));
      expect(new Set(partitions).size).toBe(1);
    }
  }
});

it.each(counts)('of %i partitions, each gets about its share', (count) => {
  for (const seed of seeds) {
    const perPartition = 500;
    const sizes = Array.from({ length: count }, () => 0);
    for (const entityId of ids(count * perPartition, seed)) {
      const partition = choosePartition({ key: entityId, entityId }, count);
      expect(sizes[partition]).toBeDefined();
      sizes[partition] = (sizes[partition] ?? 0) + 1;
    }
    const squares = sizes.map((size) => (size - perPartition) ** 2 / perPartition);
    const chiSquare = squares.reduce((sum, square) => sum + square, 0);
    // Six standard deviations above the value that chance alone gives.
    const freedom = count - 1;
    expect(chiSquare, `seed ${seed}`).toBeLessThan(freedom + 6 * Math.sqrt(2 * freedom));
  }
});

it('where there is one partition, every event is in it', () => {
  const partitions = ids(100, 1).map((key) => choosePartition({ key, entityId: undefined }, 1));
  expect(new Set(partitions)).toEqual(new Set([0]));
});
