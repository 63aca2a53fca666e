import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type RunResult, setHandlerState } from '../src/index.ts';
import {
  declare,
  type EngineFixture,
  openEngineFixture,
  ordered,
} from './support/engine-fixture.ts';
import { eventOf, handlerName, inbound } from './support/handler-fixture.ts';

let fixture: EngineFixture;

beforeEach(async () => {
  fixture = await openEngineFixture();
});
afterEach(async () => await fixture.close());

const pausing: RunResult = { kind: 'paused', reason: '410' };
const handlerState = async () =>
  (await fixture.read('SELECT state::text AS state FROM handler'))[0]?.['state'];

it('pauses a handler that asks for it, its task waits, and is run once it is resumed', async () => {
  await fixture.apply([eventOf(inbound('01A'))], ordered);
  let isFixed = false;
  fixture.start(async () => (isFixed ? { kind: 'done' } : pausing), declare('none'));
  await vi.waitUntil(() => fixture.runs.length > 0, { timeout: 30_000 });
  expect(await handlerState()).toBe('PAUSED');
  expect(await fixture.states()).toMatchObject([{ state: 'WAITING', attempts: 0 }]);
  expect(fixture.runs).toHaveLength(1);
  isFixed = true;
  await setHandlerState(fixture.database, handlerName, 'ACTIVE');
  await fixture.settled();
  expect(fixture.runs).toMatchObject([{ outcome: 'released' }, { outcome: 'done' }]);
});

it('leaves a handler retired that asks for a pause', async () => {
  await fixture.apply([eventOf(inbound('01A'))], ordered);
  const asked = Promise.withResolvers<RunResult>();
  const claimed = Promise.withResolvers<void>();
  fixture.start(async () => {
    claimed.resolve();
    return await asked.promise;
  }, declare('none'));
  await claimed.promise;
  await setHandlerState(fixture.database, handlerName, 'RETIRED');
  asked.resolve(pausing);
  await vi.waitUntil(() => fixture.runs.length > 0, { timeout: 30_000 });
  expect(await handlerState()).toBe('RETIRED');
});

it('asks again for a pause that could not be stored', async () => {
  await fixture.read(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$`,
  );
  await fixture.read('CREATE TRIGGER refuse BEFORE UPDATE ON handler EXECUTE FUNCTION refuse()');
  await fixture.apply([eventOf(inbound('01A'))], ordered);
  fixture.start(async () => pausing, declare('none'));
  await vi.waitUntil(() => fixture.runs.length > 1, { timeout: 30_000 });
  expect(await handlerState()).toBe('ACTIVE');
  await fixture.read('DROP TRIGGER refuse ON handler');
  await vi.waitUntil(async () => (await handlerState()) === 'PAUSED', { timeout: 30_000 });
  expect(await fixture.states()).toMatchObject([{ state: 'WAITING', attempts: 0 }]);
});
