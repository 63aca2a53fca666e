import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from '@sinch-callbacks/dev-env/processes';
import { askRedis, openFaultProxy, queryRows } from '@sinch-callbacks/dev-env/servers';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { afterEach, expect, it } from 'vitest';
import {
  type KillableServer,
  startKillablePostgres,
  startKillableRedis,
} from './support/own-servers.ts';
import {
  keepLines,
  numberedEvents,
  openWorkerFixture,
  soon,
  statusOf,
  type WorkerFixture,
  type WorkerProcess,
} from './support/worker-fixture.ts';

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  const open = closers.toReversed();
  closers = [];
  for (const close of open) await close();
});

function closing<T extends { close(): Promise<unknown> }>(opened: T): T {
  closers.push(() => opened.close());
  return opened;
}

/** Two hours in twelve seconds, or twenty minutes in two. */
const factor = 600;
const compressed = (ms: number) => Math.ceil(ms / factor);
const outageMs = sized({ short: 20 * 60_000, long: 2 * 3_600_000 });

/**
 * Everything that is repeated during an outage is repeated as often as in that time. What is
 * measured against it, how long a lock, a stall or the start of a server may last, is compressed
 * less: a machine that is slow for a second must not look like one that died for ten minutes.
 */
const longOutage = {
  queue: {
    lockRenewalMs: compressed(7_500),
    stalledIntervalMs: compressed(5_000),
    commandRetryMs: compressed(2_000),
    quarantineIntervalMs: compressed(30_000),
    lockDurationMs: 10_000,
  },
  databaseWait: { firstPauseMs: compressed(250), longestPauseMs: compressed(5_000) },
  outages: { reminderMs: compressed(300_000), quietMs: 10_000 },
  progress: { sampleIntervalMs: compressed(5_000), stalledAfterMs: 4_000, restartAfterMs: 8_000 },
};
const repetitions = {
  waits: outageMs / 5_000,
  /** Each is one script: renewals of the live lane, and the stalled checks of two lanes. */
  scripts: outageMs / 7_500 + 2 * (outageMs / 5_000),
};

it('a worker waits for a Postgres that was killed under load: no attempt is lost, nothing is dead, and all is applied when it is back', async () => {
  const postgres = closing(await startKillablePostgres());
  const redis = closing(await startKillableRedis());
  const fixture = closing(
    await openWorkerFixture({ postgresUrl: postgres.url, redisUrl: redis.url }),
  );
  const { log, lines } = keepLines();
  const settings = { LOG_LEVEL: 'info', WORKER_CONCURRENCY: '50' };
  const worker = await fixture.start(settings, { timings: longOutage, log });
  const enqueued = fixture.enqueue(numberedEvents(1_000));
  await until(async () => ((await fixture.states())['APPLIED'] ?? 0) > 100, soon('some events'));
  await postgres.kill();
  await enqueued;

  // A quick worker may have applied everything by now, and an idle one does not notice the outage.
  await fixture.enqueue(numberedEvents(100, '01DURING'));
  await until(async () => await saysItWaits(worker), soon('it to say that it waits'));
  expect((await statusOf(worker, '/readyz')).status).toBe(503);
  const memoryBefore = await memoryOf(worker);
  const scriptsBefore = await countScripts(redis);
  const failures = () =>
    Math.max(0, ...about(lines(), 'database').map((line) => Number(line['failures'] ?? 0)));
  await until(() => failures() >= repetitions.waits, soon('the waits of so long', 200_000));
  await until(
    async () => (await countScripts(redis)) - scriptsBefore >= repetitions.scripts,
    soon('the scripts of so long', 200_000),
  );
  expect((await statusOf(worker, '/healthz')).status).toBe(200);
  expect(await memoryOf(worker)).toBeLessThan(memoryBefore + 150 * 1024);

  await postgres.startAgain();
  await until(async () => (await fixture.states())['APPLIED'] === 1_100, soon('all to be applied'));
  expect(await fixture.states()).toEqual({ APPLIED: 1_100 });
  expect(await fixture.database.prisma.deadLetter.count()).toBe(0);
  expect(await fixture.attempts()).toEqual([1]);
  expect(await connectionsOf(fixture)).toBeLessThan(40);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
  judgeLines(lines());
}, 300_000);

it.each([['with a silent connection', 'freeze'] as const, ['with none', 'cut'] as const])(
  'a Postgres that does not answer is waited for, %s, and no attempt is lost',
  async (_, how) => {
    const fixture = closing(await openWorkerFixture());
    const proxy = closing(await openFaultProxy(fixture.databaseUrl));
    const database = { silenceTimeoutMs: 1_000, connectTimeoutMs: 500 };
    const worker = await fixture.start({ DATABASE_URL: proxy.url }, { timings: { database } });
    await fixture.enqueue(numberedEvents(20));
    await until(async () => (await fixture.states())['APPLIED'] === 20, soon('the first'));
    if (how === 'freeze') proxy.hold();
    else await proxy.cut();
    await fixture.enqueue(numberedEvents(20, '01DURING'));
    await until(async () => await saysItWaits(worker), soon('it to say that it waits'));
    proxy.release();
    await proxy.restore();
    await until(async () => (await fixture.states())['APPLIED'] === 40, soon('all to be applied'));
    expect(await fixture.states()).toEqual({ APPLIED: 40 });
    expect(await fixture.attempts()).toEqual([1]);
    await worker.stop();
  },
  120_000,
);

it('a Redis that is killed under load has its events applied exactly once when it is back', async () => {
  const redis = closing(await startKillableRedis());
  const fixture = closing(await openWorkerFixture({ redisUrl: redis.url }));
  await fixture.enqueue(numberedEvents(3_000));
  const worker = await fixture.start({}, { timings: { queue: { stalledIntervalMs: 500 } } });
  await until(async () => ((await fixture.states())['APPLIED'] ?? 0) > 100, soon('some events'));
  await redis.kill();
  await until(async () => (await statusOf(worker, '/readyz')).status === 503, soon('a 503'));
  expect((await statusOf(worker, '/healthz')).status).toBe(200);
  await redis.startAgain();
  await until(async () => (await fixture.states())['APPLIED'] === 3_000, soon('all to be applied'));
  expect(await fixture.states()).toEqual({ APPLIED: 3_000 });
  expect(await fixture.database.prisma.messageStatus.count()).toBe(3_000);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 180_000);

async function saysItWaits(worker: WorkerProcess): Promise<boolean> {
  const { status, body } = await statusOf(worker, '/healthz');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'waiting',
    waitingFor: 'database',
    since: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  return true;
}

function about(lines: ReturnType<ReturnType<typeof keepLines>['lines']>, dependency: string) {
  return lines.filter((line) => line['dependency'] === dependency);
}

/** One line on loss, one on return, few in between; and no event was applied twice. */
function judgeLines(lines: ReturnType<ReturnType<typeof keepLines>['lines']>): void {
  const outage = about(lines, 'database').map(({ msg }) => msg);
  expect(outage.at(0)).toBe('dependency lost');
  expect(outage.at(-1)).toBe('dependency restored');
  expect(outage.filter((msg) => msg === 'dependency lost')).toHaveLength(1);
  // So long at the least; a slow machine needs longer for all that is to be repeated in them.
  const awayMs = Number(about(lines, 'database').at(-1)?.['awayMs']);
  const reminders = awayMs / longOutage.outages.reminderMs;
  const applied = lines.filter(({ msg }) => msg === 'event applied');
  expect(applied.filter(({ result }) => result !== 'applied')).toEqual([]);
  expect(lines.length - applied.length).toBeLessThan(2 * (2 + reminders) + 20);
}

async function connectionsOf(fixture: WorkerFixture): Promise<number> {
  return (await queryRows(fixture.databaseUrl, 'SELECT 1 FROM pg_stat_activity')).length;
}

async function countScripts(redis: KillableServer): Promise<number> {
  const stats = await askRedis(redis.url, 'INFO', 'commandstats');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

/** Resident, in KiB. */
async function memoryOf({ pid }: WorkerProcess): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout);
}
