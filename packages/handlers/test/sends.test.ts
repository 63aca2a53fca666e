import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HandlerFunction, on, type RunResult, runTask } from '../src/index.ts';
import { claimTasks } from '../src/tasks/claim-tasks.ts';
import { tryHandler } from '../src/testing/index.ts';
import {
  eventOf,
  type HandlerFixture,
  handlerName,
  inbound,
  openHandlerFixture,
} from './support/handler-fixture.ts';

let fixture: HandlerFixture;

const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const to = 'SMS:+1 555 555 0100';

beforeEach(async () => {
  fixture = await openHandlerFixture();
  const handlers = new Map([
    ['MESSAGE_INBOUND', [{ name: handlerName, keySource: null }]],
  ] as const);
  await fixture.apply([eventOf(inbound('01A'))], handlers);
});
afterEach(async () => await fixture.close());

it('a message is queued once for each name, however often its task runs', async () => {
  const results = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const result = await run(async (_, { send }) => {
      const reply = await send('reply', { to, message: 'Thank you' });
      const other = await send('other', { to, message: 'Thank you' });
      expect([reply.kind, other.kind]).toEqual(
        attempt === 0 ? ['queued', 'queued'] : ['known', 'known'],
      );
      throw new Error('failed');
    });
    results.push(result.kind);
  }
  expect(results).toEqual(['failed', 'failed', 'failed']);
  const queued = await messages();
  expect(queued).toMatchObject([{ app_id: '01APP' }, { app_id: '01APP' }]);
  expect(queued.map(({ key }) => String(key).replace(/[0-9a-f]{32}/, 'X'))).toEqual([
    `${handlerName}.X.reply`,
    `${handlerName}.X.other`,
  ]);
});

it('a message of a commit that fails is not queued, and of one that succeeds it is', async () => {
  const failed = await run(async (_, ctx) => {
    await ctx.commit(async () => {
      await ctx.send('reply', { to, message: 'Thank you' });
      throw new Error('failed');
    });
  });
  expect([failed.kind, await messages()]).toEqual(['failed', []]);
  const committed = await run(async (_, ctx) => {
    await ctx.commit(async (tx) => {
      await ctx.send('reply', { to, message: 'Thank you' });
      // In the same transaction: no other connection has the row yet.
      expect(await tx.$queryRawUnsafe('SELECT FROM outbound')).toHaveLength(1);
      expect(await messages()).toEqual([]);
    });
  });
  expect([committed.kind, (await messages()).length]).toEqual(['committed', 1]);
});

it('other content under the same name fails the run, and says why', async () => {
  const send = (message: string) => async () =>
    await run(async (_, ctx) => void (await ctx.send('reply', { to, message })));
  expect(await send('Hello')()).toMatchObject({ kind: 'done' });
  const other = await send('Hello!')();
  expect(other).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('other content'),
  });
});

it('a handler that is tried on a real database queues nothing, and learns of an opt-out', async () => {
  await fixture.apply(
    [
      eventOf({
        app_id: '01APP',
        event_time: '2026-11-27T10:00:00Z',
        opt_out_notification: {
          request_id: 'r',
          channel: 'SMS',
          identity: '15555550100',
          status: 'OPT_OUT_SUCCEEDED',
        },
      }),
    ],
    new Map(),
  );
  const handler = on(handlerName, 'MESSAGE_INBOUND', async (_, { send }) => {
    await send('refused', { to, message: 'Hi' });
    await send('confirmed', { to, message: 'You are opted out', allowOptedOut: true });
  });
  const tried = await tryHandler(handler, inbound('01B'), { database: fixture.database });
  expect(tried.sends.map(({ outcome }) => outcome)).toEqual(['opted-out', 'queued']);
  expect(await messages()).toEqual([]);
});

const messages = async () =>
  await fixture.read('SELECT key, app_id, request FROM outbound ORDER BY position');

async function run(work: HandlerFunction): Promise<RunResult> {
  await fixture.read('DELETE FROM handler_hold');
  const wanted = [{ handler: handlerName, slots: 1, order: 'none' as const }];
  const holder = '00000000-0000-4000-8000-000000000001';
  const [task] = await claimTasks(fixture.database, wanted, holder, 60_000);
  if (task === undefined) throw new Error('no task');
  const handler = on(handlerName, 'MESSAGE_INBOUND', work);
  return await runTask(handler, task, { database: fixture.database, log }).result;
}

function ignore(): void {}
