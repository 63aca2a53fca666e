import { execFile } from 'node:child_process';
import { constants, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type ProcessExit, until } from '@sinch-callbacks/dev-env/processes';
import { askRedis, startRedis } from '@sinch-callbacks/dev-env/servers';
import { afterEach, expect, it } from 'vitest';
import {
  keepLines,
  numberedEvents,
  openWorkerFixture,
  reportEvent,
  soon,
  statusOf,
  type WorkerFixture,
} from './support/worker-fixture.ts';

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  const closing = closers.toReversed();
  closers = [];
  for (const close of closing) await close();
});

async function openFixture(
  options?: Parameters<typeof openWorkerFixture>[0],
): Promise<WorkerFixture> {
  const fixture = await openWorkerFixture(options);
  closers.push(() => fixture.close());
  return fixture;
}

/** Minutes as seconds. */
const progress = { sampleIntervalMs: 100, stalledAfterMs: 1_000, restartAfterMs: 3_000 };
const eventLoop = { beatMs: 100, blockedAfterMs: 3_000 };
const outages = { reminderMs: 500, quietMs: 100 };

it('a worker that gets nothing done reports it, and exits with 75 to be restarted; no attempt is lost', async () => {
  const fixture = await openFixture();
  const unlock = await fixture.lockTable('callback_event');
  const { log, lines } = keepLines();
  const database = { lockTimeoutMs: 8_000, batchLockTimeoutMs: 8_000 };
  const worker = await fixture.start({}, { timings: { progress, database }, log });
  await fixture.enqueue(numberedEvents(1));
  await until(async () => (await statusOf(worker, '/healthz')).status === 503, soon('a 503'));
  expect((await statusOf(worker, '/healthz')).body).toMatchObject({
    status: 'stalled',
    lane: 'live',
  });
  expect(await worker.exited).toEqual({ code: 75, signal: null });
  expect(lines().filter(({ msg }) => msg === 'worker stalled')).toMatchObject([
    { level: 'fatal', lane: 'live', exitCode: 75 },
  ]);

  await unlock();
  await fixture.start();
  await until(async () => (await fixture.states())['APPLIED'] === 1, soon('all to be applied'));
  expect(await fixture.attempts()).toEqual([1]);
}, 120_000);

it('a process that was frozen is not mistaken for a stalled one', async () => {
  const fixture = await openFixture();
  const worker = await fixture.start({}, { timings: { progress, eventLoop } });
  process.kill(worker.pid, 'SIGSTOP');
  const frozenAt = performance.now();
  await fixture.enqueue(numberedEvents(50));
  const longer = 2 * Math.max(progress.restartAfterMs, eventLoop.blockedAfterMs);
  await until(() => performance.now() - frozenAt > longer, soon('every bound to be passed'));
  process.kill(worker.pid, 'SIGCONT');
  expect((await statusOf(worker, '/healthz')).status).toBe(200);
  await until(async () => (await fixture.states())['APPLIED'] === 50, soon('all to be applied'));
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 120_000);

it('a worker waits for a queue that answers and takes no writes, and is not stalled', async () => {
  const redis = await startRedis({ env: { PATH: process.env['PATH'] } });
  if (redis.kind === 'unavailable') throw new Error(redis.message);
  closers.push(() => redis.close());
  const fixture = await openFixture({ redisUrl: redis.url });
  const { log, lines } = keepLines();
  const worker = await fixture.start({}, { timings: { progress, outages }, log });
  process.kill(worker.pid, 'SIGSTOP');
  await fixture.enqueue(numberedEvents(50));
  await askRedis(redis.url, 'CONFIG', 'SET', 'min-replicas-to-write', '1');
  process.kill(worker.pid, 'SIGCONT');
  const isLong = () =>
    lines().some(
      ({ msg, awayMs }) =>
        msg === 'dependency still away' && Number(awayMs) > 2 * progress.restartAfterMs,
    );
  await until(isLong, soon('a long outage'));
  expect((await statusOf(worker, '/healthz')).status).toBe(200);
  await askRedis(redis.url, 'CONFIG', 'SET', 'min-replicas-to-write', '0');
  await until(async () => (await fixture.states())['APPLIED'] === 50, soon('all to be applied'));
  await fixture.enqueue([reportEvent('01LATE')]);
  await until(async () => (await fixture.states())['APPLIED'] === 51, soon('the late one'));
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 120_000);

it('a worker whose event loop is blocked is killed, and its log says why even if writing takes long', async () => {
  const fixture = await openFixture();
  const directory = await mkdtemp(path.join(tmpdir(), 'liveness-'));
  closers.push(() => rm(directory, { recursive: true }));
  const pipe = path.join(directory, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  const { log, lines } = keepLines();
  const worker = await fixture.start(
    { UV_THREADPOOL_SIZE: '1', NAMED_PIPE: pipe },
    { timings: { eventLoop: { beatMs: 50, blockedAfterMs: 500 } }, preload: 'busy-thread.ts', log },
  );
  process.kill(worker.pid, 'SIGUSR2');
  const blockedAt = performance.now();
  await until(() => performance.now() - blockedAt > 1_500, soon('the kill to be due'));
  // Its thread goes on to write, if it is still there. Without a reader the pipe cannot be opened.
  let exit: ProcessExit | undefined;
  void worker.exited.then((how) => {
    exit = how;
  });
  const { O_WRONLY, O_NONBLOCK } = constants;
  await until(async () => {
    const writer = await open(pipe, O_WRONLY | O_NONBLOCK).catch(() => undefined);
    await writer?.close();
    return writer !== undefined || exit !== undefined;
  }, soon('a reader of the pipe'));
  expect(await worker.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(lines().filter(({ msg }) => msg === 'event loop blocked')).toMatchObject([
    { level: 'fatal' },
  ]);
}, 60_000);
