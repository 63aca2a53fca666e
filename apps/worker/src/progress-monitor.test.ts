import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchProgress } from './progress-monitor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const minutes = async (count: number) => {
  await vi.advanceTimersByTimeAsync(count * 60_000);
};

function watch(countWaiting: () => Promise<number>, isWaitingForDatabase = () => false) {
  let finished = 0;
  const consumer = { finishedJobs: () => finished, countWaiting };
  const monitor = watchProgress([consumer], isWaitingForDatabase, Date.now);
  return { monitor, finishOne: () => (finished += 1) };
}

it('jobs that wait while none is finished are a standstill after a minute', async () => {
  const { monitor, finishOne } = watch(async () => await Promise.resolve(7));
  await minutes(0.9);
  expect(monitor.progress().kind).toBe('progressing');
  await minutes(0.3);
  expect(monitor.progress().kind).toBe('stalled');
  finishOne();
  await minutes(0.2);
  expect(monitor.progress().kind).toBe('progressing');
  monitor.stop();
});

it.each([
  ['an empty queue', async () => await Promise.resolve(0), () => false],
  ['a database that is away', async () => await Promise.resolve(7), () => true],
  ['a queue that is away', async () => await Promise.reject(new Error('away')), () => false],
  ['a queue that does not answer', async () => await new Promise<number>(() => {}), () => false],
])('%s is no standstill', async (_, countWaiting, isWaitingForDatabase) => {
  const { monitor } = watch(countWaiting, isWaitingForDatabase);
  await minutes(10);
  expect(monitor.progress().kind).toBe('progressing');
  monitor.stop();
});
