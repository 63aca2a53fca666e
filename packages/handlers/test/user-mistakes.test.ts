import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  GiveUp,
  type HandlerFunction,
  on,
  RetryAt,
  type RunResult,
  runTask,
} from '../src/index.ts';
import { type ClaimedTask, claimTasks } from '../src/tasks/claim-tasks.ts';
import {
  eventOf,
  type HandlerFixture,
  handlerName,
  inbound,
  openHandlerFixture,
} from './support/handler-fixture.ts';

let fixture: HandlerFixture;
let task: ClaimedTask;

const holder = '00000000-0000-4000-8000-000000000001';
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

beforeEach(async () => {
  fixture = await openHandlerFixture();
  const handlers = new Map([
    ['MESSAGE_INBOUND', [{ name: handlerName, keySource: null }]],
  ] as const);
  await fixture.apply([eventOf(inbound('01A'))], handlers);
  const wanted = [{ handler: handlerName, slots: 1, order: 'none' as const }];
  const [claimed] = await claimTasks(fixture.database, wanted, holder, 60_000);
  if (claimed === undefined) throw new Error('no task');
  task = claimed;
});
afterEach(async () => await fixture.close());

const wrongSql = 'INSERT INTO no_such_table VALUES (1)';

it.each<[string, HandlerFunction]>([
  ['in ctx.prisma', async (_, ctx) => void (await ctx.prisma.$executeRawUnsafe(wrongSql))],
  [
    'in ctx.commit',
    async (_, ctx) => void (await ctx.commit((tx) => tx.$executeRawUnsafe(wrongSql))),
  ],
  [
    'in a commit that is not awaited',
    (_, ctx) => void ctx.commit((tx) => tx.$executeRawUnsafe(wrongSql)),
  ],
])('a statement that is wrong, %s, fails the run and says why', async (_, work) => {
  expect(await run(work)).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('no_such_table'),
  });
});

it.each<[string, HandlerFunction]>([
  ['never ends', async (_, ctx) => await ctx.commit(() => Promise.withResolvers<void>().promise)],
  [
    'is slower than the timeout',
    async (_, ctx) => {
      await ctx.commit(async (tx) => void (await tx.$queryRawUnsafe('SELECT pg_sleep(5)::text')));
    },
  ],
])('a ctx.commit that %s ends with the timeout, and writes nothing later', async (_, work) => {
  expect(await run(work, 300)).toMatchObject({ kind: 'timed-out' });
  expect(await fixture.read('SELECT state::text FROM handler_task')).toEqual([
    { state: 'WAITING' },
  ]);
  expect(await fixture.read('SELECT FROM handler_hold')).toHaveLength(1);
});

const endless = Object.assign(new Error('x'.repeat(1_000_000)), { stack: 'y'.repeat(1_000_000) });
const strange = {
  toString() {
    throw new Error('no');
  },
};

it.each<[string, unknown, string]>([
  ['nothing', undefined, 'undefined'],
  ['a text', 'no', 'no'],
  ['an object without a text', strange, 'a value that is no text'],
  ['an error whose message is a number', Object.assign(new Error(), { message: 7 }), '7'],
  ['an error of a megabyte', endless, 'x'.repeat(2_000)],
  ['an error of an invalid retry', () => new RetryAt(new Date(Number.NaN)), 'within a year'],
  ['an error of a retry in a thousand years', () => new RetryAt(new Date(4e13)), 'within a year'],
])('%s that is thrown is a failure with a bounded text', async (_, thrown, message) => {
  const result = await run(() => {
    throw typeof thrown === 'function' ? (thrown as () => unknown)() : thrown;
  });
  expect(result).toMatchObject({ kind: 'failed', message: expect.stringContaining(message) });
  expect(JSON.stringify(result).length).toBeLessThan(11_000);
});

it('a task of a trigger that its handler no longer has is skipped', async () => {
  const handler = on(handlerName, 'OPT_OUT', () => {
    throw new GiveUp('it ran');
  });
  const { result } = runTask(handler, task, { database: fixture.database, log });
  expect(await result).toMatchObject({ kind: 'skipped' });
});

async function run(work: HandlerFunction, timeout = 60_000): Promise<RunResult> {
  const handler = on(handlerName, 'MESSAGE_INBOUND', work, { timeout });
  return await runTask(handler, task, { database: fixture.database, log }).result;
}

function ignore(): void {}
