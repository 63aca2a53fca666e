import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunResult, settleDeadTasks } from '../src/index.ts';
import {
  declare,
  type EngineFixture,
  failed,
  openEngineFixture,
  ordered,
} from './support/engine-fixture.ts';
import { eventOf, inbound } from './support/handler-fixture.ts';

let fixture: EngineFixture;

beforeEach(async () => {
  fixture = await openEngineFixture();
});
afterEach(async () => await fixture.close());

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
    fixture.start(
      async ({ eventKey }) => results[eventKey.split('.')[1] ?? ''] ?? { kind: 'lost' },
      declare('none'),
    );
    await fixture.settled();
    expect(await fixture.states()).toEqual([
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
    fixture.start(async ({ eventKey }) => {
      const id = eventKey.split('.')[1] ?? '';
      if (id === '01A' && !isFixed) return failed();
      done.push(id);
      return { kind: 'done' };
    }, declare('strict'));
    await vi.waitUntil(async () => (await fixture.states())[0]?.state === 'DEAD', {
      timeout: 30_000,
    });
    await vi.waitUntil(() => done.includes('01Z'), { timeout: 30_000 });
    expect((await fixture.states()).map(({ state }) => state)).toEqual([
      'DEAD',
      'WAITING',
      'WAITING',
      'DONE',
    ]);
    isFixed = true;
    await replayAll();
    await fixture.settled();
    expect(done).toEqual(['01Z', ...ids]);
  });

  it('in conversation order a failed task steps aside for the others of its conversation', async () => {
    await fixture.apply(
      ['01A', '01B', '01C'].map((id) => eventOf(inbound(id, 'C'))),
      ordered,
    );
    const done: string[] = [];
    fixture.start(async ({ eventKey, attempts }) => {
      const id = eventKey.split('.')[1] ?? '';
      if (id === '01A' && attempts === 0) return { ...failed(), at: new Date(Date.now() + 1_500) };
      done.push(id);
      return { kind: 'done' };
    }, declare('conversation'));
    await fixture.settled();
    expect(done).toEqual(['01B', '01C', '01A']);
  });

  it('in conversation order no two of a conversation run at once', async () => {
    await fixture.apply(
      Array.from({ length: 20 }, (_, n) => eventOf(inbound(`01${n + 10}`, `C${n % 2}`))),
      ordered,
    );
    const running = new Map<string, number>();
    let most = 0;
    fixture.start(async ({ key, attempts }) => {
      running.set(key, (running.get(key) ?? 0) + 1);
      most = Math.max(most, running.get(key) ?? 0);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      running.set(key, (running.get(key) ?? 0) - 1);
      return attempts === 0 && Math.random() < 0.5 ? failed() : { kind: 'done' };
    }, declare('conversation'));
    await fixture.settled();
    expect(most).toBe(1);
    expect((await fixture.states()).every(({ state }) => state === 'DONE')).toBe(true);
  });

  it('takes over what an engine had in progress that stopped extending its holds', async () => {
    await fixture.apply([eventOf(inbound('01A'))], ordered);
    const hung = Promise.withResolvers<RunResult>();
    const claimed = Promise.withResolvers<void>();
    const first = fixture.start(async () => {
      claimed.resolve();
      return await hung.promise;
    }, declare('none'));
    await claimed.promise;
    // As if its process were frozen: its hold runs out.
    await fixture.read(
      "UPDATE handler_hold SET held_until = now() - interval '1 second', holder = gen_random_uuid()",
    );
    first.serve([]);
    fixture.start(async () => ({ kind: 'done' }), declare('none'));
    await fixture.settled();
    hung.resolve({ kind: 'gave-up', message: 'late', stack: undefined });
    await vi.waitUntil(() => fixture.runs.some(({ outcome }) => outcome === 'lost'), {
      timeout: 30_000,
    });
    expect(await fixture.states()).toMatchObject([{ state: 'DONE' }]);
  });

  it('lets a run end that ends soon when it stops, and gives it no signal', async () => {
    await fixture.apply([eventOf(inbound('01A'))], ordered);
    const claimed = Promise.withResolvers<void>();
    const ending = Promise.withResolvers<RunResult>();
    const engine = fixture.start(async () => {
      claimed.resolve();
      return await ending.promise;
    }, declare('none'));
    await claimed.promise;
    const stopped = engine.stop();
    ending.resolve({ kind: 'done' });
    await stopped;
    expect(await fixture.states()).toMatchObject([{ state: 'DONE' }]);
  });

  it('counts the runs of code that always finds the database down, when it is up', async () => {
    await fixture.apply([eventOf(inbound('01A'))], ordered);
    await fixture.read(`CREATE FUNCTION at_once() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.retry_at = least(NEW.retry_at, now()); RETURN NEW; END $$`);
    await fixture.read(`CREATE TRIGGER at_once BEFORE UPDATE ON handler_task
      FOR EACH ROW EXECUTE FUNCTION at_once()`);
    const message = 'no connection of the pool';
    fixture.start(
      async () => ({ kind: 'database-down', message, stack: undefined }),
      declare('none'),
    );
    await fixture.settled();
    expect(await fixture.states()).toMatchObject([{ state: 'DEAD', cause: 'attempts-exhausted' }]);
    expect(fixture.runs).toHaveLength(12);
    expect(fixture.runs.every(({ error }) => error === message)).toBe(true);
  });

  it('gives back what it has in progress when it stops, and counts no attempt', async () => {
    await fixture.apply([eventOf(inbound('01A'))], ordered);
    const claimed = Promise.withResolvers<void>();
    const engine = fixture.start(async () => {
      claimed.resolve();
      return await Promise.withResolvers<never>().promise;
    }, declare('none'));
    await claimed.promise;
    await engine.stop();
    expect(await fixture.states()).toMatchObject([{ state: 'WAITING', attempts: 0 }]);
    expect(await fixture.read('SELECT FROM handler_hold')).toEqual([]);
  });

  it('skips what is older than its handler wants, and what was redacted', async () => {
    const old = eventOf(inbound('01OLD'), new Date(Date.now() - 3_600_000));
    await fixture.apply([old, eventOf(inbound('01GONE'))], ordered);
    await fixture.read("UPDATE callback_event SET raw_body = '' WHERE entity_id = '01GONE'");
    fixture.start(async () => ({ kind: 'done' }), declare('none', { maxAge: 60_000 }));
    await fixture.settled();
    expect(await fixture.states()).toMatchObject([
      { state: 'SKIPPED', cause: 'older than its maxAge' },
      { state: 'SKIPPED', cause: 'the event was redacted' },
    ]);
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
