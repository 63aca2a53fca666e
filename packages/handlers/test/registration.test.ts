import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  backfillTasks,
  byTrigger,
  type HandlerDeclaration,
  listHandlers,
  openHandlerView,
  openRegistration,
  type Registration,
  setHandlerState,
} from '../src/index.ts';
import { claimTasks } from '../src/tasks/claim-tasks.ts';
import {
  eventOf,
  type HandlerFixture,
  inbound,
  openHandlerFixture,
} from './support/handler-fixture.ts';

let fixture: HandlerFixture;
let registration: Registration;

beforeEach(async () => {
  fixture = await openHandlerFixture();
  registration = openRegistration(fixture.database, () => undefined);
});
afterEach(async () => {
  await registration.stop();
  await fixture.close();
});

const declared: HandlerDeclaration = {
  name: 'new',
  triggers: ['MESSAGE_INBOUND'],
  options: {
    order: 'none',
    key: 'conversation',
    concurrency: 10,
    timeout: 60_000,
    attempts: 2,
    enabled: true,
  },
};
const none = new Map();
const holder = '00000000-0000-4000-8000-000000000001';
const wait = { timeout: 30_000, interval: 100 };
const isRegistered = async () =>
  (await listHandlers(fixture.database)).some(({ name }) => name === 'new');
const taskIds = async () =>
  (await fixture.read('SELECT entity_id AS id FROM handler_task ORDER BY 1')).map(({ id }) => id);

describe('a new handler', () => {
  it('starts from now, and gets what was applied before all workers knew of it', async () => {
    await fixture.apply([eventOf(inbound('01BEFORE'))], none);
    await fixture.read("UPDATE callback_event SET applied_at = now() - interval '1 minute'");
    registration.declare([declared]);
    await vi.waitUntil(isRegistered, wait);
    // By a worker that has not read the registry since.
    await fixture.apply([eventOf(inbound('01GAP'))], none);
    await vi.waitUntil(async () => (await taskIds()).length > 0, wait);
    expect(await taskIds()).toEqual(['01GAP']);
  });

  it('gets what happened before by a backfill, each once', async () => {
    await fixture.apply([eventOf(inbound('01A')), eventOf(inbound('01B'))], none);
    const handlers = byTrigger([
      { name: 'new', triggers: ['MESSAGE_INBOUND'], keySource: 'conversation' },
    ]);
    const range = { receivedSince: new Date(0) };
    expect(await backfillTasks(fixture.database, handlers, range)).toEqual({ events: 2, tasks: 2 });
    expect(await backfillTasks(fixture.database, handlers, range)).toEqual({ events: 2, tasks: 0 });
    expect(await taskIds()).toEqual(['01A', '01B']);
  });

  it('is known to workers within seconds, until it is retired', async () => {
    const view = openHandlerView(fixture.database);
    const known = async () =>
      ((await view.current()).get('MESSAGE_INBOUND') ?? []).some(({ name }) => name === 'new');
    expect(await known()).toBe(false);
    registration.declare([declared]);
    await vi.waitUntil(known, wait);
    await setHandlerState(fixture.database, 'new', 'RETIRED');
    await vi.waitUntil(async () => !(await known()), wait);
    view.stop();
  });
});

it('a paused handler is not run, and its tasks are still made, until it is resumed', async () => {
  const { database } = fixture;
  const claim = async () =>
    await claimTasks(database, [{ handler: 'new', slots: 1, order: 'none' }], holder, 60_000);
  const view = openHandlerView(database);
  registration.declare([declared]);
  await vi.waitUntil(isRegistered, wait);
  expect(await setHandlerState(database, 'new', 'PAUSED')).toBe('ACTIVE');
  await vi.waitUntil(async () => {
    const handlers = (await view.current()).get('MESSAGE_INBOUND') ?? [];
    return handlers.some(({ name }) => name === 'new');
  }, wait);
  await fixture.apply([eventOf(inbound('01A'))], await view.current());
  view.stop();
  expect(await taskIds()).toContain('01A');
  expect(await claim()).toEqual([]);
  await setHandlerState(database, 'new', 'ACTIVE');
  expect(await claim()).toHaveLength(1);
  expect(await setHandlerState(fixture.database, 'unknown', 'PAUSED')).toBeUndefined();
});
