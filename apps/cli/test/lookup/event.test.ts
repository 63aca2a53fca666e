import { signCallback } from '@sinch-callbacks/core';
import {
  migrateQueue,
  openPartitionedProducer,
  openProducer,
  openRejectedStore,
  openReplayLane,
  type QueueLocation,
} from '@sinch-callbacks/queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHarness, callbacksHere, openCliHarness } from '../harness/cli-harness.ts';
import { recordLetters, reportOf } from '../harness/letters.ts';
import { store } from '../harness/stored-bodies.ts';

let cli: CliHarness;

afterEach(async () => {
  await cli.close();
});

async function locate(text: string, env = cli.env) {
  const args = ['event', '--no-stack', '--json', text];
  const { code, stdout, stderr } = await callbacksHere(args, env);
  return { code, stderr, ...JSON.parse(stdout) };
}

async function enqueue(location: QueueLocation, id: string, partitions = 1): Promise<string> {
  const event = reportOf(id);
  const producer = openPartitionedProducer(partitions, (partition) =>
    openProducer({ ...location, partition, timeoutMs: 10_000 }),
  );
  await producer.enqueue(event);
  await producer.close();
  return event.key;
}

/** Lists the texts that people may type for one event. */
function spellings(key: string): string[] {
  const digest = key.slice(-32);
  return [key, key.slice(0, -25), digest, digest.slice(0, 9).toUpperCase(), `${key}.r1`];
}

describe.each(['redis', 'postgres'] as const)('callbacks event, with the queue on %s', (kind) => {
  beforeEach(async () => {
    cli = await openCliHarness(kind);
  });

  it('finds an event on the queue by its key, its beginning or its digits', async () => {
    const key = await enqueue(cli.location, '01WAITS');
    await enqueue(cli.location, '01OTHER');
    for (const typed of [...spellings(key), 'MESSAGE_DELIVERY.01WAITS']) {
      expect(await locate(typed)).toMatchObject({
        code: 0,
        key,
        now: 'queue',
        places: [{ place: 'queue', lane: 'live', partition: 0, state: 'waiting' }],
        notAsked: [],
      });
    }
  });

  it('finds an applied event in the database, and an unhandled one', async () => {
    const [applied = '', unhandled = ''] = await store(
      cli,
      { message_delivery_report: { message_id: '01DONE', status: 'READ' } },
      { brand_new_notification: { id: 'x' } },
    );
    for (const typed of [...spellings(applied), 'MESSAGE_DELIVERY.01DO']) {
      expect(await locate(typed)).toMatchObject({ code: 0, key: applied, now: 'applied' });
    }
    for (const typed of [unhandled, unhandled.slice(0, -25), 'UNKNOWN.brand_new']) {
      expect(await locate(typed)).toMatchObject({ code: 0, key: unhandled, now: 'unhandled' });
    }
  });

  it('says of an event that it was reconciled', async () => {
    const message = { id: '01MISSED', contact_message: { text_message: { text: 'Hi' } } };
    const [key = ''] = await store(cli, { callbacks_origin: 'RECONCILED', message });
    expect((await locate(key)).places).toMatchObject([{ origin: 'RECONCILED' }]);
    const { stdout } = await callbacksHere(['event', '--no-stack', key], cli.env);
    expect(stdout).toContain('reconciled: made of what Sinch keeps');
  });

  it('finds a dead letter, and its replay whatever its number', async () => {
    const event = reportOf('01DEAD');
    await recordLetters(cli, [event]);
    for (const typed of spellings(event.key)) {
      expect(await locate(typed)).toMatchObject({ code: 1, key: event.key, now: 'dead' });
    }
    const lane = openReplayLane(cli.location);
    await lane.replay(event, 3);
    await lane.close();
    const replayed = await locate(event.key);
    expect(replayed).toMatchObject({ code: 0, now: 'queue' });
    expect(replayed.places).toContainEqual(
      expect.objectContaining({ lane: 'replay', replay: 3, state: 'waiting' }),
    );
  });

  it('says of a discarded letter that it is closed', async () => {
    const event = reportOf('01CLOSED');
    await recordLetters(cli, [event]);
    await callbacksHere(['dead', 'discard', '--no-stack', event.key], cli.env);
    expect(await locate(event.key)).toMatchObject({ code: 0, now: 'closed' });
  });

  it('finds a rejected callback by the key that its body would have had', async () => {
    const { key, rawBody } = reportOf('01REJECTED');
    const body = Buffer.from(rawBody.text);
    const receivedAt = new Date();
    const timestampSeconds = Math.floor(receivedAt.getTime() / 1000);
    const headers = signCallback({ rawBody: body, secret: 'wrong', nonce: 'n', timestampSeconds });
    const rejected = openRejectedStore(cli.location, { timeoutMs: 10_000 });
    await rejected.keep({ rawBody: body, headers, cause: 'signature-mismatch', receivedAt });
    await rejected.close();
    for (const typed of spellings(key)) {
      expect(await locate(typed)).toMatchObject({
        code: 1,
        key,
        now: 'rejected',
        places: [{ place: 'rejected', cause: 'signature-mismatch' }],
      });
    }
  });

  it('says that an event is nowhere, or that several begin so', async () => {
    const { key } = reportOf('01NEVER');
    expect(await locate(key)).toMatchObject({ code: 1, now: 'nowhere', places: [] });
    const keys = [await enqueue(cli.location, '01AAA'), await enqueue(cli.location, '01AAB')];
    const several = await locate('MESSAGE_DELIVERY.01AA');
    expect(several).toMatchObject({ code: 1, error: { code: 'ambiguous' } });
    expect(several.keys.toSorted()).toEqual(keys.toSorted());
  });
});

describe('callbacks event', () => {
  beforeEach(async () => {
    cli = await openCliHarness();
  });

  it('says which partition of the live queue it is in, whatever number of them is set', async () => {
    for (let n = 0; n < 4; n += 1) {
      const key = await enqueue(cli.location, `01PART${n}`, 7);
      const { places } = await locate(key);
      expect(places).toMatchObject([{ lane: 'live', state: 'waiting' }]);
    }
    const partitions = new Set<number>();
    for (let n = 0; n < 4; n += 1) {
      const [place] = (await locate(`MESSAGE_DELIVERY.01PART${n}`)).places;
      partitions.add(place.partition);
    }
    expect(partitions.size).toBeGreaterThan(1);
  });

  it('finds what came while Redis was down on the fallback queue', async () => {
    const { DATABASE_URL: url = '' } = cli.env;
    const location = { ...cli.location, backend: { kind: 'postgres', url } } as const;
    await migrateQueue(location);
    const key = await enqueue(location, '01FELLBACK');
    expect(await locate(key)).toMatchObject({
      code: 0,
      now: 'fallback',
      places: [{ place: 'fallback', lane: 'live', state: 'waiting' }],
    });
  });

  it('answers from the database while Redis is down, and says what it could not ask', async () => {
    const [key = ''] = await store(cli, {
      message_delivery_report: { message_id: '01DONE', status: 'READ' },
    });
    const env = { ...cli.env, REDIS_URL: 'redis://127.0.0.1:1' };
    const found = await locate(key, env);
    expect(found).toMatchObject({ code: 3, now: 'applied' });
    expect(found.notAsked).toMatchObject([{ place: 'rejected callbacks' }, { place: 'queue' }]);
    expect(found.stderr).toContain('could not ask: queue');
    expect(await locate(reportOf('01NEVER').key, env)).toMatchObject({ code: 3, now: 'unknown' });
  });

  it('answers from Redis while Postgres is down, and says what it could not ask', async () => {
    const key = await enqueue(cli.location, '01WAITS');
    const env = { ...cli.env, DATABASE_URL: 'postgres://127.0.0.1:1/none' };
    const found = await locate(key, env);
    expect(found).toMatchObject({ code: 3, now: 'queue' });
    expect(found.notAsked.map(({ place }: { place: string }) => place)).toEqual([
      'rejected callbacks on Postgres',
      'fallback queue',
      'database',
    ]);
    const dead = reportOf('01DEAD');
    await recordLetters(cli, [dead]);
    expect(await locate(dead.key, env)).toMatchObject({ code: 3, now: 'dead' });
  });

  it('refuses what is no key, or too little of one', async () => {
    for (const typed of ['MESSAGE_DELIVERY.', 'x:y', 'OPT_IN.0']) {
      expect(await locate(typed)).toMatchObject({ code: 2, error: { code: 'usage' } });
    }
  });

  it('shows every place on a line of its own', async () => {
    const key = await enqueue(cli.location, '01WAITS');
    const { stdout } = await callbacksHere(['event', '--no-stack', key], cli.env);
    expect(stdout).toContain(`event  ${key}`);
    expect(stdout).toContain('now    on the queue');
    expect(stdout).toMatch(/queue, live lane +waiting +\S+ \S+ +partition 0/);
  });
});
