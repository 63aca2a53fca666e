import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  keepLines,
  numberedEvents,
  openWorkerFixture,
  soon,
  type WorkerFixture,
} from './support/worker-fixture.ts';

let fixture: WorkerFixture;

beforeEach(async () => {
  fixture = await openWorkerFixture();
});

afterEach(async () => {
  await fixture.close();
});

it('a worker that is signalled twice finishes its stop, exits with 0, and applies its events', async () => {
  const { log, lines } = keepLines();
  const says = (msg: string) => lines().some((line) => line.msg === msg);
  const worker = await fixture.start({ LOG_LEVEL: 'info' }, { log });
  const unlock = await fixture.lockTable('message');
  await fixture.enqueue(numberedEvents(1));
  const waits = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'message'::regclass";
  const isBlocked = async () => (await queryRows(fixture.databaseUrl, waits)).length > 0;
  await until(isBlocked, soon('the event to be in the middle of its transaction'));
  process.kill(worker.pid, 'SIGTERM');
  await until(() => says('worker stopping'), soon('its stop to begin'));
  // In the middle of it: a supervisor signals again, and so does the process group.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.kill(worker.pid, signal);
  }
  await unlock();
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(says('worker stopped')).toBe(true);
  expect(await fixture.states()).toEqual({ APPLIED: 1 });
}, 120_000);

it('two workers that are stopped under load both exit with 0; no attempt is lost and no event applied twice', async () => {
  const { log, lines } = keepLines();
  const settings = { WORKER_CONCURRENCY: '20', LOG_LEVEL: 'info' };
  const workers = await Promise.all([
    fixture.start(settings, { log }),
    fixture.start(settings, { log }),
  ]);
  const enqueued = fixture.enqueue(numberedEvents(3_000));
  await until(async () => ((await fixture.states())['APPLIED'] ?? 0) > 100, soon('some events'));
  const exits = await Promise.all(workers.map(async (worker) => await worker.stop()));
  expect(exits).toEqual(Array(2).fill({ code: 0, signal: null }));
  await enqueued;

  await fixture.start(settings, { log });
  await until(async () => (await fixture.states())['APPLIED'] === 3_000, soon('the rest'));
  expect(await fixture.states()).toEqual({ APPLIED: 3_000 });
  expect(await fixture.attempts()).toEqual([1]);
  const results = lines().filter(({ msg }) => msg === 'event applied');
  expect(results.filter(({ result }) => result !== 'applied')).toEqual([]);
}, 120_000);
