import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HandlerOrder, HandlersByTrigger } from '../src/index.ts';
import { type ClaimedTask, claimTasks } from '../src/tasks/claim-tasks.ts';
import { freeExpiredHolds, renewHolds } from '../src/tasks/holds.ts';
import {
  eventOf,
  type HandlerFixture,
  handlerName,
  inbound,
  openHandlerFixture,
} from './support/handler-fixture.ts';

let fixture: HandlerFixture;

beforeEach(async () => {
  fixture = await openHandlerFixture();
});
afterEach(async () => await fixture.close());

const ordered: HandlersByTrigger = new Map([
  ['MESSAGE_INBOUND', [{ name: handlerName, keySource: 'conversation' }]],
]);
const holder = '00000000-0000-4000-8000-000000000001';

async function claim(order: HandlerOrder, slots = 10): Promise<readonly ClaimedTask[]> {
  return await claimTasks(
    fixture.database,
    [{ handler: handlerName, slots, order }],
    holder,
    60_000,
  );
}

it.each(['conversation', 'strict'] as const)(
  'in %s order a busy conversation leaves the places to the others',
  async (order) => {
    const busy = Array.from({ length: 50 }, (_, n) => eventOf(inbound(`01B${n}`, 'BUSY')));
    const others = Array.from({ length: 5 }, (_, n) => eventOf(inbound(`01O${n}`)));
    await fixture.apply([...busy, ...others], ordered);
    expect((await claim(order)).map(({ key }) => key).toSorted()).toEqual(
      ['BUSY', ...others.map((_, n) => `01O${n}`)].map((id) => `conversation:${id}`).toSorted(),
    );
  },
);

it('a task that runs is not claimed again by a process that orders its handler otherwise', async () => {
  await fixture.apply([eventOf(inbound('01A', 'C'))], ordered);
  expect(await claim('conversation')).toHaveLength(1);
  expect(await claim('none')).toEqual([]);
  await fixture.read('DELETE FROM handler_hold');
  expect(await claim('none')).toHaveLength(1);
  expect(await claim('conversation')).toEqual([]);
});

it('a hold that no run has is not extended, and its task is claimed again', async () => {
  await fixture.apply([eventOf(inbound('01A')), eventOf(inbound('01B'))], ordered);
  const [first] = await claim('none');
  if (first === undefined) throw new Error('no task');
  await fixture.read(`UPDATE handler_hold SET held_until = now() - interval '1 second'`);
  const held = await renewHolds(fixture.database, holder, [first.token], 60_000);
  expect([...held]).toEqual([first.token]);
  expect(await freeExpiredHolds(fixture.database)).toBe(1);
  expect(await claim('none')).toHaveLength(1);
});

it('a task has the body of an event that was stored before and is applied at last', async () => {
  const first = eventOf(inbound('01A'), new Date('2026-01-02T03:04:05Z'));
  await fixture.apply([first], new Map());
  await fixture.read(
    `UPDATE callback_event SET state = 'UNHANDLED', applied_at = NULL, kept = true`,
  );
  await fixture.apply([eventOf(inbound('01A'), new Date('2026-01-03T03:04:05Z'))], ordered);
  const [task] = await claim('none');
  expect(task).toMatchObject({ receivedAt: '2026-01-02T03:04:05.000Z', rawBody: first.rawBody });
});

it('an event with ids that Postgres refuses has its task', async () => {
  await fixture.apply([eventOf({ ...inbound('01A'), app_id: 'a\u0000b' })], ordered);
  expect(await claim('none')).toHaveLength(1);
});
