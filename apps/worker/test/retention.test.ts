import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runExclusively } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { createLogger } from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultRetentionTimings, keepRetained } from '../src/upkeep/keep-retained.ts';
import { openWorkerFixture, soon, type WorkerFixture } from './support/worker-fixture.ts';

const page = path.resolve(import.meta.dirname, '../../../docs/metrics.md');

let fixture: WorkerFixture;
beforeEach(async () => {
  fixture = await openWorkerFixture();
  return async () => await fixture.close();
});

/** Letters in several batches, and messages in several blocks. */
const letterCount = 3_500;
const env = { RETENTION_DAYS: '30', GUARD_DAYS: '60', RETENTION_PROJECTIONS_DAYS: 'message:90' };
const timings = { ...defaultRetentionTimings, lookMs: 200, againMs: 200, pauseMs: 10 };

/** Old letters that were discarded with their events, one that is open, and an old message. */
async function insertOld(): Promise<void> {
  const sql = `
    WITH e AS (
      SELECT decode(md5(n::text), 'hex') AS digest, n, now() - interval '400 days' AS at
      FROM generate_series(0, ${letterCount}) AS n
    ), guard AS (
      INSERT INTO event_guard (event_digest, received_at) SELECT digest, at FROM e
    ), event AS (
      INSERT INTO callback_event
        (event_digest, kept, trigger, entity_id, received_at, state, attempts, raw_body)
      SELECT digest, true, 'MESSAGE_DELIVERY', n::text, at, 'DEAD', 1, '{}' FROM e
    ), message AS (
      INSERT INTO message (sinch_message_id, created_at, happened_at, updated_at)
      SELECT n::text, at, at, at FROM e
    )
    INSERT INTO dead_letter (event_digest, trigger, error_class, error_message, attempts,
      first_failed_at, dead_at, resolved_at, resolution, fingerprint)
    SELECT digest, 'MESSAGE_DELIVERY', 'permanent', 'x', '[]', at, at,
      CASE WHEN n > 0 THEN at END, CASE WHEN n > 0 THEN 'DISCARDED' END, '000000000000' FROM e`;
  await fixture.database.pool.query(sql);
}

async function counts(): Promise<Record<string, number>> {
  const { rows } = await fixture.database.pool.query<Record<string, number>>(`
    SELECT (SELECT count(*) FROM callback_event)::integer AS events,
      (SELECT count(*) FROM dead_letter)::integer AS letters,
      (SELECT count(*) FROM event_guard)::integer AS guards,
      (SELECT count(*) FROM message)::integer AS messages,
      (SELECT count(*) FROM retention_run)::integer AS runs`);
  return rows[0] ?? {};
}

/** The open letter stays, with its event and its guard. */
const atTheEnd = { events: 1, letters: 1, guards: 1, messages: 0, runs: 1 };

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
      fixture.start(env, { timings: { retention: timings } }),
      fixture.start(env, { timings: { retention: timings } }),
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
    const slow = { ...timings, pauseMs: 60_000 };
    const killed = await fixture.start(env, { timings: { retention: slow } });
    const hasBegun = async () => ((await counts())['letters'] ?? 0) <= letterCount - 500;
    await until(hasBegun, soon('the first batch'));
    await killed.kill();
    expect(await counts()).toMatchObject({ runs: 0, messages: letterCount + 1 });
    expect((await counts())['letters']).toBeGreaterThan(1);
    await fixture.start(env, { timings: { retention: timings } });
    await until(async () => (await counts())['runs'] === 1, soon('the rest'));
    expect(await counts()).toEqual(atTheEnd);
  });
});

const contactDelete = { policy: 'keep', graceDays: 30 } as const;

/** Runs the schedule in this process. */
function keep(isBehind: () => Promise<boolean>, pauseMs = timings.pauseMs) {
  const lines: { msg: string; outcome: string }[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
  const logger = createLogger({ name: 'worker', level: 'info', destination });
  const retention = {
    eventDays: 30,
    guardDays: 60,
    tableDays: { message: 90 },
    redactAfterDays: undefined,
  };
  const keeper = keepRetained(
    { databaseUrl: fixture.databaseUrl, retention, contactDelete },
    isBehind,
    { logger, metrics: createMetrics() },
    { ...timings, pauseMs },
    () => new Date(),
  );
  if (keeper === undefined) throw new Error('nothing to do');
  return { keeper, outcomes: () => lines.map(({ outcome }) => outcome) };
}

it('nothing is removed while callbacks wait, and all of it afterwards', async () => {
  await insertOld();
  let isBehind = true;
  const { keeper, outcomes } = keep(async () => isBehind);
  await until(() => outcomes().length > 1, soon('two looks'));
  expect(new Set(outcomes())).toEqual(new Set(['behind']));
  expect((await counts())['letters']).toBe(letterCount + 1);
  isBehind = false;
  await until(() => outcomes().includes('complete'), soon('the end of the run'));
  expect(await counts()).toEqual(atTheEnd);
  await keeper.stop();
});

it('a stop ends it between two batches, and frees it for another worker', async () => {
  await insertOld();
  const { keeper, outcomes } = keep(async () => false, 60_000);
  const hasBegun = async () => ((await counts())['letters'] ?? 0) <= letterCount - 500;
  await until(hasBegun, soon('the first batch'));
  await keeper.stop();
  expect(outcomes()).toEqual(['interrupted']);
  const free = await runExclusively(fixture.database, 'retention', async () => 'mine');
  expect(free).toEqual({ kind: 'done', value: 'mine' });
});

it('without any days nothing is kept watch of', () => {
  const none = {
    eventDays: undefined,
    guardDays: undefined,
    tableDays: {},
    redactAfterDays: undefined,
  };
  const config = { databaseUrl: fixture.databaseUrl, retention: none, contactDelete };
  const telemetry = {
    logger: createLogger({ name: 'worker', level: 'silent' }),
    metrics: createMetrics(),
  };
  const nothing = async () => false;
  expect(keepRetained(config, nothing, telemetry, timings, () => new Date())).toBeUndefined();
});
