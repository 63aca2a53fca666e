import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Engine,
  type HandlerDeclaration,
  type HandlersByTrigger,
  type RunResult,
  setHandlerState,
  settleDeadTasks,
  startEngine,
  type TaskExecutor,
  type TaskRun,
} from '../src/index.ts';
import {
  eventOf,
  executorOf,
  type HandlerFixture,
  handlerName,
  inbound,
  openHandlerFixture,
} from './support/handler-fixture.ts';

let fixture: HandlerFixture;
let engines: Engine[] = [];
let runs: TaskRun[] = [];

beforeEach(async () => {
  fixture = await openHandlerFixture();
  runs = [];
});
afterEach(async () => {
  await Promise.all(engines.map(async (engine) => await engine.stop()));
  engines = [];
  await fixture.close();
});

const declare = (order: 'none' | 'conversation' | 'strict', options = {}): HandlerDeclaration => ({
  name: handlerName,
  triggers: ['MESSAGE_INBOUND'],
  options: {
    order,
    key: 'conversation',
    concurrency: 10,
    timeout: 60_000,
    attempts: 2,
    enabled: true,
    ...options,
  },
});

const ordered: HandlersByTrigger = new Map([
  ['MESSAGE_INBOUND', [{ name: handlerName, keySource: 'conversation' }]],
]);

function start(run: TaskExecutor['run'], handler: HandlerDeclaration): Engine {
  const engine = startEngine({
    database: fixture.database,
    executor: executorOf(run),
    redactText: (text) => text.replaceAll('secret', '(redacted)'),
    timings: { pollMs: 20, holdMs: 1_500, renewMs: 200, stopWithinMs: 500 },
    events: {
      taskRun: (one) => void runs.push(one),
      handlerPaused: () => undefined,
      databaseFailed: () => undefined,
      databaseAnswered: () => undefined,
    },
  });
  engines.push(engine);
  engine.serve([handler]);
  return engine;
}

const states = async () =>
  (await fixture.read(
    'SELECT entity_id AS id, state::text, cause, attempts FROM handler_task ORDER BY position',
  )) as unknown as readonly { id: string; state: string; cause: string | null; attempts: number }[];
const settled = async () =>
  await vi.waitUntil(async () => (await states()).every(({ state }) => state !== 'WAITING'), {
    timeout: 30_000,
    interval: 50,
  });
const pausing: RunResult = { kind: 'paused', reason: '410' };
const handlerState = async () =>
  (await fixture.read('SELECT state::text AS state FROM handler'))[0]?.['state'];
const failed = (message = 'no'): RunResult => ({
  kind: 'retry-at',
  at: new Date(),
  message,
  stack: undefined,
});

describe('an engine', () => {
  it('settles each task by the result of its run', async () => {
    await fixture.apply(
      ['01A', '01B', '01C'].map((id) => eventOf(inbound(id))),
      ordered,
    );
    const results: Record<string, RunResult> = {
      '01A': { kind: 'done' },
      '01B': { kind: 'skipped', reason: 'nothing to do' },
      '01C': { kind: 'gave-up', message: 'the secret is wrong', stack: undefined },
    };
    start(
      async ({ eventKey }) => results[eventKey.split('.')[1] ?? ''] ?? { kind: 'lost' },
      declare('none'),
    );
    await settled();
    expect(await states()).toEqual([
      { id: '01A', state: 'DONE', cause: null, attempts: 1 },
      { id: '01B', state: 'SKIPPED', cause: 'nothing to do', attempts: 1 },
      { id: '01C', state: 'DEAD', cause: 'gave-up', attempts: 1 },
    ]);
    const [dead] = await fixture.read(
      "SELECT error_message FROM handler_task WHERE state = 'DEAD'",
    );
    expect(dead).toEqual({ error_message: 'the (redacted) is wrong' });
  });

  it('in strict order a failing conversation waits, others go on, and after a replay it runs in order', async () => {
    const ids = ['01A', '01B', '01C'];
    await fixture.apply(
      [...ids.map((id) => eventOf(inbound(id, 'BAD'))), eventOf(inbound('01Z', 'GOOD'))],
      ordered,
    );
    let isFixed = false;
    const done: string[] = [];
    start(async ({ eventKey }) => {
      const id = eventKey.split('.')[1] ?? '';
      if (id === '01A' && !isFixed) return failed();
      done.push(id);
      return { kind: 'done' };
    }, declare('strict'));
    await vi.waitUntil(async () => (await states())[0]?.state === 'DEAD', { timeout: 30_000 });
    await vi.waitUntil(() => done.includes('01Z'), { timeout: 30_000 });
    expect((await states()).map(({ state }) => state)).toEqual([
      'DEAD',
      'WAITING',
      'WAITING',
      'DONE',
    ]);
    isFixed = true;
    await replayAll();
    await settled();
    expect(done).toEqual(['01Z', ...ids]);
  });

  it('in conversation order a failed task steps aside, and no two of a conversation run at once', async () => {
    await fixture.apply(
      Array.from({ length: 20 }, (_, n) => eventOf(inbound(`01${n + 10}`, `C${n % 2}`))),
      ordered,
    );
    const running = new Map<string, number>();
    let most = 0;
    start(async ({ key, attempts }) => {
      running.set(key, (running.get(key) ?? 0) + 1);
      most = Math.max(most, running.get(key) ?? 0);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      running.set(key, (running.get(key) ?? 0) - 1);
      return attempts === 0 && Math.random() < 0.5 ? failed() : { kind: 'done' };
    }, declare('conversation'));
    await settled();
    expect(most).toBe(1);
    expect((await states()).every(({ state }) => state === 'DONE')).toBe(true);
  });

  it('takes over what an engine had in progress that stopped extending its holds', async () => {
    await fixture.apply([eventOf(inbound('01A'))], ordered);
    const hung = Promise.withResolvers<RunResult>();
    const claimed = Promise.withResolvers<void>();
    const first = start(async () => {
      claimed.resolve();
      return await hung.promise;
    }, declare('none'));
    await claimed.promise;
    // As if its process were frozen: its hold runs out.
    await fixture.read(
      "UPDATE handler_hold SET held_until = now() - interval '1 second', holder = gen_random_uuid()",
    );
    first.serve([]);
    start(async () => ({ kind: 'done' }), declare('none'));
    await settled();
    hung.resolve({ kind: 'gave-up', message: 'late', stack: undefined });
    await vi.waitUntil(() => runs.some(({ outcome }) => outcome === 'lost'), { timeout: 30_000 });
    expect(await states()).toMatchObject([{ state: 'DONE' }]);
  });

  it('gives back what it has in progress when it stops, and counts no attempt', async () => {
    await fixture.apply([eventOf(inbound('01A'))], ordered);
    const claimed = Promise.withResolvers<void>();
    const engine = start(async () => {
      claimed.resolve();
      return await Promise.withResolvers<never>().promise;
    }, declare('none'));
    await claimed.promise;
    await engine.stop();
    expect(await states()).toMatchObject([{ state: 'WAITING', attempts: 0 }]);
    expect(await fixture.read('SELECT FROM handler_hold')).toEqual([]);
  });

  it('skips what is older than its handler wants, and what was redacted', async () => {
    const old = eventOf(inbound('01OLD'), new Date(Date.now() - 3_600_000));
    await fixture.apply([old, eventOf(inbound('01GONE'))], ordered);
    await fixture.read("UPDATE callback_event SET raw_body = '' WHERE entity_id = '01GONE'");
    start(async () => ({ kind: 'done' }), declare('none', { maxAge: 60_000 }));
    await settled();
    expect(await states()).toMatchObject([
      { state: 'SKIPPED', cause: 'older than its maxAge' },
      { state: 'SKIPPED', cause: 'the event was redacted' },
    ]);
  });

  it('pauses a handler that asks for it, its task waits, and is run once it is resumed', async () => {
    await fixture.apply([eventOf(inbound('01A'))], ordered);
    let isFixed = false;
    start(async () => (isFixed ? { kind: 'done' } : pausing), declare('none'));
    await vi.waitUntil(() => runs.length > 0, { timeout: 30_000 });
    expect(await handlerState()).toBe('PAUSED');
    expect(await states()).toMatchObject([{ state: 'WAITING', attempts: 0 }]);
    expect(runs).toHaveLength(1);
    isFixed = true;
    await setHandlerState(fixture.database, handlerName, 'ACTIVE');
    await settled();
    expect(runs).toMatchObject([{ outcome: 'released' }, { outcome: 'done' }]);
  });

  it('asks again for a pause that could not be stored', async () => {
    await fixture.read(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$`,
    );
    await fixture.read('CREATE TRIGGER refuse BEFORE UPDATE ON handler EXECUTE FUNCTION refuse()');
    await fixture.apply([eventOf(inbound('01A'))], ordered);
    start(async () => pausing, declare('none'));
    await vi.waitUntil(() => runs.length > 1, { timeout: 30_000 });
    expect(await handlerState()).toBe('ACTIVE');
    await fixture.read('DROP TRIGGER refuse ON handler');
    await vi.waitUntil(async () => (await handlerState()) === 'PAUSED', { timeout: 30_000 });
    expect(await states()).toMatchObject([{ state: 'WAITING', attempts: 0 }]);
  });
});

async function replayAll(): Promise<void> {
  const [run] = await fixture.read(`
    INSERT INTO dead_letter_run (action, state, operator, filter, matched, started_at, updated_at)
    VALUES ('REPLAY', 'RUNNING', 'test', '{}', 0, now(), now()) RETURNING id`);
  await settleDeadTasks(fixture.database, 'REPLAY', {
    runId: Number(run?.['id']),
    filter: {},
    cursor: undefined,
    limit: 100,
  });
}
