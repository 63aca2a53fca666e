import { readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '@sinch-callbacks/dev-env/processes';
import { createLogger } from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { describe, expect, it } from 'vitest';
import { keepRetained } from '../src/upkeep/keep-retained.ts';
import {
  atTheEnd,
  keepContacts,
  letterCount,
  retentionEnv,
  retentionTimings,
  useRetention,
} from './support/use-retention.ts';
import { keepLines, reportEvent, soon } from './support/worker-fixture.ts';

const page = path.resolve(import.meta.dirname, '../../../docs/metrics.md');
const schedule = useRetention();
const { insertOld, counts, keep, hasBegun, isFree } = schedule;

const metricsOf = async (adminUrl: string) => await (await fetch(`${adminUrl}/metrics`)).text();
const valueOf = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1),
  );

describe('workers with a schedule', () => {
  it('remove what is old once between them, and count it', async () => {
    await insertOld();
    const workers = await Promise.all([
      schedule.fixture.start(retentionEnv, { timings: { retention: retentionTimings } }),
      schedule.fixture.start(retentionEnv, { timings: { retention: retentionTimings } }),
    ]);
    await until(async () => (await counts())['runs'] === 1, soon('the end of the run'));
    const isKnown = async () => {
      const texts = await Promise.all(
        workers.map(async ({ adminUrl }) => await metricsOf(adminUrl)),
      );
      const at = 'sinch_retention_last_success_timestamp_seconds';
      return texts.every((text) => valueOf(text, at) > 1e9);
    };
    await until(isKnown, soon('both workers to know of the run'));
    expect(await counts()).toEqual(atTheEnd);
    const texts = await Promise.all(workers.map(async ({ adminUrl }) => await metricsOf(adminUrl)));
    const sum = (series: string) => texts.reduce((all, text) => all + valueOf(text, series), 0);
    const rows = (table: string) =>
      sum(`sinch_retention_rows_total{table="${table}",action="removed"}`);
    expect(rows('dead_letter')).toBe(letterCount);
    expect(rows('callback_event')).toBe(letterCount);
    expect(rows('event_guard')).toBe(letterCount);
    expect(rows('message')).toBe(letterCount + 1);
    expect(sum('sinch_retention_runs_total{outcome="complete"}')).toBe(1);
    const names = (source: string) => new Set(source.match(/\bsinch_retention_\w+/g));
    expect(names(texts.join('\n'))).toEqual(names(readFileSync(page, 'utf8')));
  });

  it('that are killed in the middle leave the rest to the next', async () => {
    await insertOld();
    const slow = { ...retentionTimings, pauseMs: 60_000 };
    const killed = await schedule.fixture.start(retentionEnv, { timings: { retention: slow } });
    await until(hasBegun, soon('the first batch'));
    await killed.kill();
    expect(await counts()).toMatchObject({ runs: 0, messages: letterCount + 1 });
    expect((await counts())['letters']).toBeGreaterThan(1);
    await schedule.fixture.start(retentionEnv, { timings: { retention: retentionTimings } });
    await until(async () => (await counts())['runs'] === 1, soon('the rest'));
    expect(await counts()).toEqual(atTheEnd);
  });
});

it('a worker that stops ends a removal at once, while it still awaits its last jobs', async () => {
  await insertOld();
  const { log, lines } = keepLines();
  const worker = await schedule.fixture.start(
    { ...retentionEnv, LOG_LEVEL: 'info' },
    { timings: { retention: { ...retentionTimings, pauseMs: 60_000 } }, log },
  );
  await until(hasBegun, soon('the first batch'));
  const unlock = await schedule.fixture.lockTable('message');
  await schedule.fixture.enqueue([reportEvent('01M')]);
  const lockIsAwaited = async () => {
    const { rows } = await schedule.fixture.database.pool.query(
      `SELECT FROM pg_locks WHERE relation = 'message'::regclass AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.length > 0;
  };
  await until(lockIsAwaited, soon('the job to be in progress'));
  const stopped = worker.stop();
  const isInterrupted = () => lines().some(({ outcome }) => outcome === 'interrupted');
  await until(isInterrupted, soon('the end of the removal'));
  expect(lines().map(({ msg }) => msg)).not.toContain('worker stopped');
  await unlock();
  await stopped;
});

it('nothing is removed while callbacks wait, and all of it afterwards', async () => {
  await insertOld();
  let isBehind = true;
  const { outcomes, ends } = keep({ isBehind: async () => isBehind });
  await until(() => outcomes().length > 1, soon('two looks'));
  expect(new Set(outcomes())).toEqual(new Set(['behind']));
  expect((await counts())['letters']).toBe(letterCount + 1);
  isBehind = false;
  await ends('complete');
  expect(await counts()).toEqual(atTheEnd);
});

it('callbacks that begin to wait end a run, which another one continues', async () => {
  await insertOld();
  let isBehind = false;
  const { outcomes, ends } = keep({ isBehind: async () => isBehind, pauseMs: 3_000 });
  await until(hasBegun, soon('the first batch'));
  isBehind = true;
  await ends('behind');
  expect(outcomes()).not.toContain('complete');
  expect((await counts())['messages']).toBe(letterCount + 1);
});

const unanswered = Promise.withResolvers<boolean>().promise;

it.each([
  ['does not answer', async () => await unanswered],
  ['fails', async () => await Promise.reject(new Error('planted'))],
])('a queue that %s holds up no other worker', async (_, isBehind) => {
  await insertOld();
  const { ends } = keep({ isBehind });
  await ends('behind');
  expect(await isFree()).toBe(true);
  expect((await counts())['letters']).toBe(letterCount + 1);
});

it('a queue that stops to answer during a run ends it, and frees it for another worker', async () => {
  await insertOld();
  let looks = 0;
  const isBehind = async () => {
    looks += 1;
    return looks === 1 ? false : await unanswered;
  };
  const { ends } = keep({ isBehind, pauseMs: 3_000 });
  await ends('behind');
  expect(await isFree()).toBe(true);
});

it('a stop ends it between two batches, and frees it for another worker', async () => {
  await insertOld();
  const { keeper, outcomes, ends } = keep({ pauseMs: 60_000 });
  await until(hasBegun, soon('the first batch'));
  await keeper.stop();
  await ends('interrupted');
  expect(outcomes()).toEqual(['interrupted']);
  expect(await isFree()).toBe(true);
});

it('without any days nothing is kept watch of', () => {
  const none = {
    eventDays: undefined,
    guardDays: undefined,
    tableDays: {},
    redactAfterDays: undefined,
  };
  const config = {
    databaseUrl: schedule.fixture.databaseUrl,
    retention: none,
    contactDelete: keepContacts,
  };
  const telemetry = {
    logger: createLogger({ name: 'worker', level: 'silent' }),
    metrics: createMetrics(),
  };
  const nothing = async () => false;
  expect(
    keepRetained(config, nothing, telemetry, retentionTimings, () => new Date()),
  ).toBeUndefined();
});
