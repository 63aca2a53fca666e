import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  backfillTasks,
  byTrigger,
  type HandlerDeclaration,
  openHandlerView,
  openRegistration,
  type Registration,
  setHandlerState,
} from '../src/index.ts';
import {
  eventOf,
  type HandlerFixture,
  inbound,
  openHandlerFixture,
} from './support/handler-fixture.ts';

let fixture: HandlerFixture;
let registration: Registration;
let runnable: readonly string[] = [];

beforeEach(async () => {
  fixture = await openHandlerFixture();
  runnable = [];
  registration = openRegistration(fixture.database, {
    runnableChanged: (handlers) => {
      runnable = handlers.map(({ name }) => name);
    },
    databaseFailed: () => undefined,
  });
});
afterEach(async () => {
  await registration.stop();
  await fixture.close();
});

const declared: HandlerDeclaration = {
  name: 'new',
  triggers: ['MESSAGE_INBOUND'],
  options: { order: 'none', concurrency: 10, timeout: 60_000, attempts: 2, enabled: true },
};
const none = new Map();
const wait = { timeout: 30_000, interval: 100 };
const taskIds = async () =>
  (await fixture.read('SELECT entity_id AS id FROM handler_task ORDER BY 1')).map(({ id }) => id);

describe('a new handler', () => {
  it('starts from now, and gets what was applied before all workers knew of it', async () => {
    await fixture.apply([eventOf(inbound('01BEFORE'))], none);
    await fixture.read("UPDATE callback_event SET applied_at = now() - interval '1 minute'");
    registration.declare([declared]);
    await vi.waitUntil(() => runnable.includes('new'), wait);
    // By a worker that has not read the registry since.
    await fixture.apply([eventOf(inbound('01GAP'))], none);
    await vi.waitUntil(async () => (await taskIds()).length > 0, wait);
    expect(await taskIds()).toEqual(['01GAP']);
  });

  it('gets what happened before by a backfill, each once', async () => {
    await fixture.apply([eventOf(inbound('01A')), eventOf(inbound('01B'))], none);
    const handlers = byTrigger([{ name: 'new', triggers: ['MESSAGE_INBOUND'], isOrdered: true }]);
    const range = { receivedSince: new Date(0) };
    expect(await backfillTasks(fixture.database, handlers, range)).toEqual({ events: 2, tasks: 2 });
    expect(await backfillTasks(fixture.database, handlers, range)).toEqual({ events: 2, tasks: 0 });
    expect(await taskIds()).toEqual(['01A', '01B']);
  });

  it('is known to workers within seconds, until it is retired', async () => {
    const view = openHandlerView(fixture.database);
    expect((await view.current()).size).toBe(0);
    registration.declare([declared]);
    await vi.waitUntil(async () => (await view.current()).has('MESSAGE_INBOUND'), wait);
    await setHandlerState(fixture.database, 'new', 'RETIRED');
    await vi.waitUntil(async () => !(await view.current()).has('MESSAGE_INBOUND'), wait);
    view.stop();
  });
});

it('a paused handler is not run, and its tasks are still made, until it is resumed', async () => {
  const view = openHandlerView(fixture.database);
  registration.declare([declared]);
  await vi.waitUntil(() => runnable.includes('new'), wait);
  expect(await setHandlerState(fixture.database, 'new', 'PAUSED')).toBe('ACTIVE');
  await vi.waitUntil(() => !runnable.includes('new'), wait);
  await vi.waitUntil(async () => (await view.current()).has('MESSAGE_INBOUND'), wait);
  view.stop();
  await setHandlerState(fixture.database, 'new', 'ACTIVE');
  await vi.waitUntil(() => runnable.includes('new'), wait);
  expect(await setHandlerState(fixture.database, 'unknown', 'PAUSED')).toBeUndefined();
});
