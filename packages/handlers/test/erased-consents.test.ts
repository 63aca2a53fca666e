import {
  beginErasure,
  createErasureKeys,
  type ErasureKeys,
  eraseTables,
  findPerson,
  typedDigests,
} from '@sinch-callbacks/db';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

const keys = createErasureKeys('a key for these tests alone, 32 characters');
const phone = '15555550100';
const to = 'SMS:+1 (555) 555-0100';
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const handlers = new Map([['MESSAGE_INBOUND', [{ name: handlerName, keySource: null }]]] as const);

/** A person opts out, is erased, and writes again. */
beforeEach(async () => {
  fixture = await openHandlerFixture();
  await say('opt_out', new Date('2026-01-01T00:00:00Z'));
  await erase(phone);
  const wroteAt = new Date('2026-03-01T00:00:00Z');
  await fixture.apply([eventOf(inbound('01A'), wroteAt)], handlers, keys);
});
afterEach(async () => await fixture.close());

describe('the consent of a person who was erased', () => {
  it('is that of before the erasure, until the person says something else', async () => {
    expect(await fixture.read('SELECT identity FROM consent_event')).toEqual([
      { identity: keys.erasedSpelling(phone) },
    ]);
    expect(await consentOf()).toEqual({
      state: 'OPTED_OUT',
      since: new Date('2026-01-01T00:00:00Z'),
    });
    await say('opt_in', new Date('2026-04-01T00:00:00Z'));
    expect(await consentOf()).toMatchObject({ state: 'OPTED_IN' });
    await say('opt_out', new Date('2026-05-01T00:00:00Z'));
    expect(await consentOf()).toMatchObject({ state: 'OPTED_OUT' });
  });

  it('refuses the messages of a handler, within its commit and without', async () => {
    const kinds: string[] = [];
    const result = await run(async (_, ctx) => {
      kinds.push((await ctx.send('now', { to, message: 'Hi' })).kind);
      await ctx.commit(async () => {
        kinds.push((await ctx.send('then', { to, message: 'Hi' })).kind);
      });
    });
    expect([result.kind, ...kinds]).toEqual(['committed', 'opted-out', 'opted-out']);
    expect(await fixture.read('SELECT FROM outbound')).toEqual([]);
  });

  it('who is erased while a handler runs gets none of its messages', async () => {
    const other = '15555550199';
    const message = { to: `SMS:${other}`, message: 'Hi' } as const;
    const kinds: string[] = [];
    await run(async (_, { send }) => {
      kinds.push((await send('before', message)).kind);
      // As late as this run: its event is from before that.
      await erase(other, new Date());
      kinds.push((await send('after', message)).kind);
    });
    expect(kinds).toEqual(['queued', 'erased']);
    expect(await fixture.read('SELECT state::text, identities FROM outbound')).toEqual([
      { state: 'DISCARDED', identities: [] },
    ]);
  });

  it('is known to a handler that is tried', async () => {
    let state: string | undefined;
    const handler = on(handlerName, 'MESSAGE_INBOUND', async (_, { consent, send }) => {
      state = (await consent())?.state;
      await send('reply', { to, message: 'Hi' });
    });
    const options = { database: fixture.database, erasureKeys: keys };
    const tried = await tryHandler(handler, inbound('01B'), options);
    expect([state, ...tried.sends.map(({ outcome }) => outcome)]).toEqual([
      'OPTED_OUT',
      'opted-out',
    ]);
  });
});

describe('a handlers process without ERASURE_KEY', () => {
  it('fails the run that asks for a consent once anyone was erased, and says what to set', async () => {
    const result = await run(async (_, { consent }) => void (await consent()), {});
    expect(result).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('no ERASURE_KEY'),
    });
  });

  it('answers as ever while no one was erased', async () => {
    await fixture.read('DELETE FROM erasure');
    let state: string | undefined = 'not asked';
    const result = await run(async (_, { consent }) => {
      state = (await consent())?.state;
    }, {});
    expect([result.kind, state]).toEqual(['done', undefined]);
  });
});

async function say(kind: 'opt_in' | 'opt_out', at: Date): Promise<void> {
  const status = `${kind.toUpperCase()}_SUCCEEDED`;
  const notification = { request_id: at.toISOString(), channel: 'SMS', identity: phone, status };
  const body = {
    app_id: '01APP',
    event_time: at.toISOString(),
    [`${kind}_notification`]: notification,
  };
  await fixture.apply([eventOf(body, at)], new Map(), keys);
}

async function erase(value: string, at = new Date('2026-02-01T00:00:00Z')): Promise<void> {
  const { database } = fixture;
  const { person } = await findPerson(database.pool, { kind: 'phone', value });
  const typed = typedDigests({ kind: 'phone', value }, keys);
  const request = { person, typed, operator: 'test', at, cutoff: at, isForEver: false };
  await eraseTables(database, await beginErasure(database, request, keys), keys);
}

/** Returns what a handler learns. Its run fails, so that it can be asked again. */
async function consentOf(): Promise<unknown> {
  let found: unknown;
  await run(async (_, { consent }) => {
    found = await consent();
    throw new Error('again');
  });
  return found;
}

async function run(
  work: HandlerFunction,
  given: { readonly erasureKeys?: ErasureKeys } = { erasureKeys: keys },
): Promise<RunResult> {
  await fixture.read('DELETE FROM handler_hold');
  const wanted = [{ handler: handlerName, slots: 1, order: 'none' as const }];
  const holder = '00000000-0000-4000-8000-000000000001';
  const [task] = await claimTasks(fixture.database, wanted, holder, 60_000);
  if (task === undefined) throw new Error('no task');
  const handler = on(handlerName, 'MESSAGE_INBOUND', work);
  const services = { database: fixture.database, log, ...given };
  return await runTask(handler, task, services).result;
}

function ignore(): void {}
