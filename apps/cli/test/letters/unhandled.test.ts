import {
  type CallbackEvent,
  decideEvent,
  digestOfEventKey,
  encodeRawBody,
  eventKey,
} from '@sinch-callbacks/core';
import { createEventWriter } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';
import { consume, reportOf } from '../harness/letters.ts';

const cli = useCli();

const run = async (...args: string[]) => {
  const ended = await callbacksHere([...args, '--no-stack', '--json'], cli.env);
  return { code: ended.code, document: JSON.parse(ended.stdout) };
};

/** Stores an event as a release that does not support its trigger stores it. */
async function storeUnknown(body: Uint8Array, topLevelKey: string): Promise<CallbackEvent> {
  const event: CallbackEvent = {
    key: eventKey('UNKNOWN', topLevelKey, body),
    trigger: 'UNKNOWN',
    entityId: topLevelKey,
    rawBody: encodeRawBody(body),
    receivedAt: '2026-11-23T18:00:00.000Z',
    signature: undefined,
  };
  const envelope = {
    appId: undefined,
    projectId: undefined,
    acceptedTime: undefined,
    eventTime: undefined,
  };
  const decision = {
    kind: 'keep',
    envelope,
    entityId: undefined,
    unreadableTimes: [],
  } as const;
  await createEventWriter(cli.database, () => new Date()).write([{ event, decision, attempts: 1 }]);
  return event;
}

it('events of an unknown kind are counted, and applied by a replay once their kind is supported', async () => {
  const report = reportOf('01LEARNT');
  const learnt = await storeUnknown(Buffer.from(report.rawBody.text), 'message_delivery_report');
  const body = Buffer.from('{"brand_new_notification":{}}');
  const stillUnknown = await storeUnknown(body, 'brand_new_notification');
  const kind = (topLevelKeys: string) => expect.objectContaining({ topLevelKeys, count: 1 });
  expect((await run('unhandled', 'list')).document.kinds).toEqual(
    expect.arrayContaining([kind('message_delivery_report'), kind('brand_new_notification')]),
  );

  expect((await run('unhandled', 'replay')).code).toBe(2);
  const dry = await run('unhandled', 'replay', '--all', '--dry-run');
  expect(dry.document).toEqual({ dryRun: true, replayed: 2 });
  expect((await run('unhandled', 'replay', '--all')).document.replayed).toBe(2);

  const work = consume(cli, 'replay', async (_, apply) => await apply());
  const { prisma } = cli.database;
  const stored = async (key: string) =>
    await prisma.callbackEvent.findFirst({
      where: { eventDigest: Buffer.from(digestOfEventKey(key), 'hex') },
    });
  await until(async () => (await stored(learnt.key))?.state === 'APPLIED', { what: 'the replay' });
  await work.close();
  expect(await stored(learnt.key)).toMatchObject({
    trigger: 'MESSAGE_DELIVERY',
    entityId: '01LEARNT',
  });
  expect(await stored(stillUnknown.key)).toMatchObject({ state: 'UNHANDLED', attempts: 1 });
  expect(decideEvent(stillUnknown).kind).toBe('keep');
  expect((await run('unhandled', 'list')).document.kinds).toEqual([kind('brand_new_notification')]);
});

it('a queue that is down leads to exit code 3, and the event can be replayed later', async () => {
  await storeUnknown(Buffer.from('{"later_notification":{}}'), 'later_notification');
  const env = { ...cli.env, REDIS_URL: 'redis://127.0.0.1:1' };
  const ended = await callbacksHere(['unhandled', 'replay', '--all', '--no-stack', '--json'], env);
  expect(ended.code).toBe(3);
  expect(JSON.parse(ended.stdout).error).toMatchObject({ code: 'queue-unavailable' });
  expect((await run('unhandled', 'replay', '--all')).document.replayed).toBe(1);
});
