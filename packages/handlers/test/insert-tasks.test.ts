import type { OrderKeySource } from '@sinch-callbacks/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HandlersByTrigger } from '../src/index.ts';
import { storedKeyOf } from '../src/tasks/stored-key.ts';
import {
  eventOf,
  type HandlerFixture,
  inbound,
  openHandlerFixture,
} from './support/handler-fixture.ts';

let fixture: HandlerFixture;

beforeEach(async () => {
  fixture = await openHandlerFixture();
});
afterEach(async () => await fixture.close());

const handlers: HandlersByTrigger = new Map([
  [
    'MESSAGE_INBOUND',
    [
      { name: 'one', keySource: null },
      { name: 'two', keySource: 'conversation' },
    ],
  ],
  ['MESSAGE_DELIVERY', [{ name: 'one', keySource: null }]],
  ['OPT_OUT', [{ name: 'one', keySource: null }]],
]);

const tasks = async () =>
  await fixture.read(
    'SELECT handler, trigger, entity_id, key FROM handler_task ORDER BY handler, position',
  );

describe('tasks of events', () => {
  it('are one for each handler of the trigger, in the order of the events, with a key where there is an order', async () => {
    await fixture.apply([eventOf(inbound('01A', 'C1')), eventOf(inbound('01B', 'C2'))], handlers);
    const at = (handler: string, id: string, key: string | null) => ({
      handler,
      trigger: 'MESSAGE_INBOUND',
      entity_id: id,
      key,
    });
    expect(await tasks()).toEqual([
      at('one', '01A', null),
      at('one', '01B', null),
      at('two', '01A', 'conversation:C1'),
      at('two', '01B', 'conversation:C2'),
    ]);
  });

  it('have the key that their handler is ordered by', async () => {
    const by = (keySource: OrderKeySource): HandlersByTrigger =>
      new Map([['MESSAGE_INBOUND', [{ name: keySource, keySource }]]]);
    for (const source of ['conversation', 'contact', 'identity'] as const) {
      await fixture.apply([eventOf(inbound(`01${source}`, 'C1'))], by(source));
    }
    expect((await tasks()).map(({ key }) => key)).toEqual([
      'contact:01CONTACT',
      'conversation:C1',
      storedKeyOf('identity:SMS:15555550100'),
    ]);
  });

  it('are made once for a message, whatever copies of its callback come', async () => {
    const body = inbound('01A');
    await fixture.apply([eventOf(body)], handlers);
    await fixture.apply([eventOf(body)], handlers);
    await fixture.apply([eventOf(JSON.stringify(body, undefined, 2))], handlers);
    const reordered = { message: body.message, app_id: body.app_id };
    await fixture.apply(
      [eventOf(reordered), eventOf(JSON.stringify(reordered, undefined, 1))],
      handlers,
    );
    expect(await tasks()).toHaveLength(2);
  });

  it('are made once for each message, status and channel of delivery reports', async () => {
    const report = (status: string, channel: string, event_time?: string) =>
      eventOf({
        ...(event_time && { event_time }),
        message_delivery_report: { message_id: '01A', status, channel_identity: { channel } },
      });
    await fixture.apply(
      [
        report('DELIVERED', 'SMS'),
        report('DELIVERED', 'SMS', '2026-01-02T03:04:05Z'),
        report('READ', 'SMS'),
        report('DELIVERED', 'RCS'),
      ],
      handlers,
    );
    expect(await tasks()).toHaveLength(3);
  });

  it('are made once for what is otherwise the same in every field', async () => {
    const consent = (identity: string, spaces: number) =>
      eventOf(
        JSON.stringify({ opt_out_notification: { channel: 'SMS', identity } }, undefined, spaces),
      );
    await fixture.apply([consent('1', 0), consent('1', 2), consent('2', 0)], handlers);
    expect(await tasks()).toHaveLength(2);
  });

  it('are made by the same commit: neither without the other', async () => {
    await fixture.read(
      "ALTER TABLE handler_task ADD CONSTRAINT refuse CHECK (entity_id <> '01BAD')",
    );
    await expect(fixture.apply([eventOf(inbound('01BAD'))], handlers)).rejects.toThrow('refuse');
    expect(await fixture.read('SELECT FROM callback_event')).toEqual([]);
    expect(await tasks()).toEqual([]);
  });

  it('are none for an event of a trigger that no handler has, and none again for one that was applied before', async () => {
    const body = inbound('01A');
    await fixture.apply([eventOf(body)], new Map());
    await fixture.apply([eventOf(body)], handlers);
    expect(await tasks()).toEqual([]);
  });
});

it('without a handler for its events a batch sends the statements that it sends without handlers', async () => {
  const batch = [eventOf(inbound('01A')), eventOf(inbound('01B'))];
  const others: HandlersByTrigger = new Map([
    ['OPT_IN', [{ name: 'one', keySource: 'conversation' }]],
  ]);
  const before = await statements(batch, new Map());
  const again = [eventOf(inbound('01C')), eventOf(inbound('01D'))];
  expect(await statements(again, others)).toBe(before);
  const more = [eventOf(inbound('01E')), eventOf(inbound('01F'))];
  expect(await statements(more, handlers)).toBe(before + 1);
});

/** Counts the queries that applying these events sends. */
async function statements(events: Parameters<HandlerFixture['apply']>[0], by: HandlersByTrigger) {
  const { pool } = fixture.database;
  const client = await pool.connect();
  const query = client.query.bind(client);
  let sent = 0;
  Reflect.set(client, 'query', (...values: Parameters<typeof query>) => {
    sent += 1;
    return query(...values);
  });
  client.release();
  await fixture.apply(events, by);
  return sent;
}
