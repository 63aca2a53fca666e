import { createLogger } from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepPartitions } from './keep-partitions.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('partitions are made at once and again after hours, also where that failed before', async () => {
  const lines: { msg: string }[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
  const logger = createLogger({ name: 'worker', level: 'info', destination });
  const metrics = createMetrics();
  let calls = 0;
  const keeper = keepPartitions(
    async () => {
      calls += 1;
      if (calls === 1) throw new Error('not now');
      return calls === 2 ? { created: ['w'], ahead: 8 } : { created: [], ahead: 8 };
    },
    { logger, metrics },
  );
  await vi.advanceTimersByTimeAsync(24 * 60 * 60_000);
  keeper.stop();
  await vi.advanceTimersByTimeAsync(24 * 60 * 60_000);
  expect(calls).toBe(5);
  expect(lines.map(({ msg }) => msg)).toEqual([
    'partitions could not be created',
    'partitions created',
  ]);
  expect((await metrics.read()).text).toContain('sinch_partitions_ahead 8');
});
