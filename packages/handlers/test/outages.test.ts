import { type Database, openDatabase } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type HandlerFunction,
  type HandlersByTrigger,
  on,
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
let proxy: FaultProxy;
/** The database as the handler has it, over the proxy. */
let database: Database;
let task: ClaimedTask;

const handlers: HandlersByTrigger = new Map([
  ['MESSAGE_INBOUND', [{ name: handlerName, keySource: null }]],
]);
const holder = '00000000-0000-4000-8000-000000000001';
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

beforeEach(async () => {
  fixture = await openHandlerFixture();
  proxy = await openFaultProxy(fixture.url);
  database = openDatabase({ url: proxy.url });
  await fixture.apply([eventOf(inbound('01A'))], handlers);
  const wanted = [{ handler: handlerName, slots: 1, order: 'none' as const }];
  const [claimed] = await claimTasks(fixture.database, wanted, holder, 60_000);
  if (claimed === undefined) throw new Error('no task');
  task = claimed;
});
afterEach(async () => {
  await database.close();
  await proxy.close();
  await fixture.close();
});

const pause = 'SELECT pg_sleep(60)';

it.each<[string, HandlerFunction]>([
  ['in ctx.prisma', async (_, ctx) => void (await ctx.prisma.$queryRawUnsafe(pause))],
  [
    "in the handler's own transaction",
    async (_, ctx) => {
      await ctx.prisma.$transaction(async (tx) => await tx.$executeRawUnsafe(pause));
    },
  ],
  ['in ctx.commit', async (_, ctx) => void (await ctx.commit((tx) => tx.$executeRawUnsafe(pause)))],
])('a connection that ends %s uses no attempt', async (_, work) => {
  const result = run(work);
  await until(async () => (await waiting('PgSleep')) === 1, soon('the statement'));
  await proxy.cut();
  expect(await result).toMatchObject({ kind: 'database-down' });
});

it('a connection that ends at the commit of ctx.commit uses no attempt', async () => {
  await fixture.read(`CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$`);
  await fixture.read(`CREATE CONSTRAINT TRIGGER pause AFTER UPDATE ON handler_task
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause()`);
  const result = run(async (_, ctx) => await ctx.commit(async () => undefined));
  await until(async () => (await waiting('PgSleep')) === 1, soon('the commit'));
  await proxy.cut();
  expect(await result).toMatchObject({ kind: 'database-down' });
});

it("a connection that ends elsewhere is the handler's failure", async () => {
  const result = await run(() => {
    throw new Error('Connection terminated unexpectedly');
  });
  expect(result).toMatchObject({ kind: 'failed', message: 'Connection terminated unexpectedly' });
});

it('a deadlock of ctx.commit with the claim of another process uses no attempt', async () => {
  // The server ends the session whose wait it examines first: that of the commit, once both wait.
  await fixture.read(`DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''4s''', current_database()); END $$`);
  const claim = await fixture.database.pool.connect();
  try {
    await claim.query(`SET deadlock_timeout = '1min'`);
    await claim.query('BEGIN');
    await claim.query('SELECT FROM handler_task FOR UPDATE');
    const result = run(async (_, ctx) => await ctx.commit(async () => undefined));
    await until(async () => (await waiting('transactionid')) === 1, soon('the lock'));
    // It waits for the hold that the other transaction has deleted.
    await claim.query(
      `INSERT INTO handler_hold (held_until, holder, occurrence, handler, key)
       VALUES (now(), $1, '', $2, $3) ON CONFLICT DO NOTHING`,
      [holder, task.handler, task.key],
    );
    expect(await result).toMatchObject({ kind: 'database-down' });
  } finally {
    await claim.query('ROLLBACK');
    claim.release();
  }
});

async function run(work: HandlerFunction): Promise<RunResult> {
  return await runTask(on('test', 'MESSAGE_INBOUND', work), task, { database, log }).result;
}

/** Counts the sessions that wait for this. */
async function waiting(event: string): Promise<number> {
  const rows = await fixture.read(
    'SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = $1',
    [event],
  );
  return rows.length;
}

function soon(what: string) {
  return { what, timeoutMs: 30_000, intervalMs: 20 };
}

function ignore(): void {}
