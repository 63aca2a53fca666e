import { until } from '@sinch-callbacks/testing/processes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  keepLines,
  numberedEvents,
  openWorkerWorld,
  soon,
  type WorkerWorld,
} from './worker-support.ts';

let world: WorkerWorld;

beforeEach(async () => {
  world = await openWorkerWorld();
});

afterEach(async () => {
  await world.close();
});

it('two workers that are told to stop under load both end with 0; no attempt is lost and no event applied twice', async () => {
  const { log, lines } = keepLines();
  const settings = { WORKER_CONCURRENCY: '20', LOG_LEVEL: 'info' };
  const workers = await Promise.all([
    world.start(settings, { log }),
    world.start(settings, { log }),
  ]);
  const enqueued = world.enqueue(numberedEvents(3_000));
  await until(async () => ((await world.states())['APPLIED'] ?? 0) > 100, soon('some events'));
  const exits = await Promise.all(workers.map(async (worker) => await worker.stop()));
  expect(exits).toEqual(Array(2).fill({ code: 0, signal: null }));
  await enqueued;

  await world.start(settings, { log });
  await until(async () => (await world.states())['APPLIED'] === 3_000, soon('the rest'));
  expect(await world.states()).toEqual({ APPLIED: 3_000 });
  expect(await world.attempts()).toEqual([1]);
  const results = lines().filter(({ msg }) => msg === 'event applied');
  expect(results.filter(({ result }) => result !== 'applied')).toEqual([]);
}, 120_000);
