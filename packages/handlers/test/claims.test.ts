import path from 'node:path';
import { type Database, openDatabase } from '@sinch-callbacks/db';
import { type StartedProcess, startProcess, until } from '@sinch-callbacks/dev-env/processes';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';

let database: Database;
let url: string;
let drop: () => Promise<void>;
const processes = new Set<StartedProcess>();

beforeEach(async () => {
  const created = await createDatabase(inject('postgresUrl'), undefined, {
    template: inject('migratedDatabase'),
  });
  ({ url, drop } = created);
  database = openDatabase({ url });
  await database.pool.query(`
    CREATE TABLE run_log (id bigserial, handler text, key text, token text, occurrence text,
      started_at timestamptz DEFAULT clock_timestamp(), ended_at timestamptz);
    INSERT INTO handler (name, triggers, "order", active_from, seen_at)
    SELECT lower(o::text), '{MESSAGE_INBOUND}', o, now(), now()
    FROM unnest(enum_range(NULL::handler_order)) AS o;
    CREATE TABLE effect (id bigserial, handler text, occurrence text, key text)`);
});

afterEach(async () => {
  await Promise.all([...processes].map(async (started) => await started.kill()));
  processes.clear();
  await database.close();
  await drop();
});

const options = { concurrency: 10, timeout: 60_000, attempts: 1_000, enabled: true };
const handlers = (['none', 'conversation', 'strict'] as const).map((order) => ({
  name: order,
  triggers: ['MESSAGE_INBOUND'],
  options: { ...options, order },
}));
const { tasks, kills } = sized({
  short: { tasks: 300, kills: 6 },
  long: { tasks: 1_000, kills: 50 },
});
// A multiple of the writers: tasks of one key come from one writer, so they have an order.
const keys = 21;

it('four processes that are killed at random moments run each task to its end once, and none beside another of its key; strict ones in order', async () => {
  const inserting = insertAll();
  for (let process = 0; process < 4; process += 1) await startClaimer();
  for (let kill = 0; kill < kills; kill += 1) {
    const seen = await effects();
    await until(async () => (await effects()) > seen || (await open()) === 0, {
      what: 'an effect',
      timeoutMs: 60_000,
      intervalMs: 20,
    });
    const victim = [...processes][kill % 4];
    if (victim === undefined) throw new Error('no process');
    processes.delete(victim);
    await victim.kill();
    await startClaimer();
  }
  await inserting;
  await until(async () => (await open()) === 0, {
    what: 'all to be done',
    timeoutMs: 120_000,
    intervalMs: 100,
  });

  expect(await effects()).toBe(3 * tasks);
  const { rows: doubled } = await database.pool.query(
    'SELECT handler, occurrence FROM effect GROUP BY 1, 2 HAVING count(*) > 1',
  );
  expect(doubled).toEqual([]);
  expect(await count(`handler_hold`)).toBe(0);

  // A run without an end was killed, or was starved until it had lost its hold: it had no effect.
  const { rows: overlapping } = await database.pool.query(`
    SELECT a.handler, a.key, a.ended_at, b.started_at FROM run_log AS a JOIN run_log AS b
      ON a.handler = b.handler AND a.key = b.key AND a.id < b.id
    WHERE a.handler <> 'none' AND a.ended_at IS NOT NULL
      AND b.ended_at IS NOT NULL AND b.started_at < a.ended_at`);
  expect(overlapping).toEqual([]);

  const { rows: misordered } = await database.pool.query(`
    SELECT * FROM (
      SELECT t.key, t.position, lag(t.position) OVER (PARTITION BY t.key ORDER BY e.id) AS before
      FROM effect AS e JOIN handler_task AS t
        ON t.handler = e.handler AND encode(t.occurrence, 'hex') = e.occurrence
      WHERE e.handler = 'strict') AS o
    WHERE before > position`);
  expect(misordered).toEqual([]);
}, 240_000);

async function startClaimer(): Promise<void> {
  const claimer = await startProcess({
    name: 'claimer',
    command: process.execPath,
    args: [path.resolve(import.meta.dirname, 'support/claimer.ts')],
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      HANDLERS: JSON.stringify(handlers),
      FAILURE_SHARE: '0.08',
    },
    readyWhen: { kind: 'line', pattern: /ready/ },
  });
  processes.add(claimer);
}

/** Three writers at the same time, each in many small transactions. */
async function insertAll(): Promise<void> {
  await Promise.all(
    [0, 1, 2].map(async (writer) => {
      for (let from = writer; from < tasks; from += 3 * 10) {
        const numbers = Array.from({ length: 10 }, (_, index) => from + 3 * index).filter(
          (n) => n < tasks,
        );
        await database.pool.query(
          `WITH event AS (
             INSERT INTO callback_event (event_digest, kept, received_at, attempts, state, trigger, raw_body)
             SELECT sha256(n::text::bytea), false, $3, 1, 'APPLIED', 'MESSAGE_INBOUND', '{}'
             FROM unnest($1::integer[]) AS n
           )
           INSERT INTO handler_task (handler, occurrence, event_digest, event_received_at, trigger, key)
           SELECT h.name, sha256(n::text::bytea), sha256(n::text::bytea), $3, 'MESSAGE_INBOUND',
             CASE WHEN h.name <> 'none' THEN 'conversation:' || n % $2::integer END
           FROM unnest($1::integer[]) AS n CROSS JOIN unnest(ARRAY['none', 'conversation', 'strict']) AS h(name)
           ORDER BY h.name, n`,
          [numbers, keys, '2026-01-02T03:04:05.678Z'],
        );
      }
    }),
  );
}

const effects = async () => await count('effect');
const open = async () => await count(`handler_task WHERE state = 'WAITING'`);

async function count(from: string): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM ${from}`,
  );
  return rows[0]?.n ?? 0;
}
