import type { BackendState } from '@sinch-callbacks/queue';
import { createLogger } from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchQueueMemory } from './watch-queue-memory.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const full = (percent: number): BackendState => ({
  kind: 'redis',
  version: '7.0',
  maxmemoryPolicy: 'noeviction',
  appendOnly: true,
  appendFsync: 'always' as const,
  memory: { usedBytes: percent, maxBytes: 100, systemBytes: 1_000 },
});

/** Watches a queue whose server answers with these states, one every 15 seconds. */
async function watch(...states: readonly BackendState[]) {
  const lines: { level: string; msg: string }[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
  const metrics = createMetrics();
  const logger = createLogger({ name: 'worker', level: 'info', destination });
  const left = [...states];
  const inspect = async () =>
    await Promise.resolve(left.shift() ?? { kind: 'unreachable' as const, reason: 'down' });
  const watching = watchQueueMemory(inspect, { logger, metrics });
  await vi.advanceTimersByTimeAsync(15_000 * (states.length - 1));
  watching.stop();
  return { lines: lines.map(({ level, msg }) => `${level}: ${msg}`), metrics };
}

it('logs once that Redis fills up, at 70 %, and once that it has room again', async () => {
  const { lines } = await watch(...[69, 70, 69, 90, 65, 64, 69, 70].map(full));
  expect(lines).toEqual([
    'warn: queue memory fills up',
    'info: queue memory has room again',
    'warn: queue memory fills up',
  ]);
});

it('shows the used and the total memory, also while Redis is down', async () => {
  const { metrics } = await watch(full(42), { kind: 'unreachable', reason: 'down' });
  const { text } = await metrics.read();
  expect(text).toContain('sinch_redis_used_memory_bytes 42\n');
  expect(text).toContain('sinch_redis_max_memory_bytes 100\n');
});

it('shows nothing of a queue on Postgres', async () => {
  const { metrics, lines } = await watch({ kind: 'postgres', version: '18' });
  expect((await metrics.read()).text).not.toContain('sinch_redis');
  expect(lines).toEqual([]);
});
