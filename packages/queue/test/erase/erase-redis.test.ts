import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis } from '@sinch-callbacks/dev-env/servers';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countInQueue, openConsumer, openRejectedStore, queueNames } from '../../src/index.ts';
import { becomes, done, useQueueHarness } from '../queue-harness.ts';
import {
  addWaiting,
  erase,
  eventsOfOthers,
  eventsOfPerson,
  fillPlaces,
  hits,
  isPlainIn,
  matches,
  openFiller,
  readRedis,
  redact,
} from './erase-harness.ts';

const harness = useQueueHarness('redis');
let server: Extract<Awaited<ReturnType<typeof startRedis>>, { url: string }>;

beforeAll(async () => {
  // Uncompressed, so that a search of the file finds every text in it.
  const settings = ['rdbcompression no'];
  const started = await startRedis({ sources: ['binary', 'debian'], settings });
  if (started.kind === 'unavailable') throw new Error(started.message);
  server = started;
}, 120_000);

afterAll(async () => await server.close());

it('after it no value and no append-only file names the person, and every job is applied', async () => {
  const prefix = 'erased';
  const location = { backend: { kind: 'redis', url: server.url }, prefix } as const;
  const filler = harness.closing(openFiller(location));
  await fillPlaces(filler);
  const events = eventsOfPerson();
  const [live, unused] = [filler.open(queueNames.live), filler.open(queueNames.live, 41)];
  for (const event of events.slice(0, 5)) await addWaiting(live, event);
  for (const event of events.slice(5)) await addWaiting(unused, event);
  const others = eventsOfOthers();
  for (const event of others) await addWaiting(live, event);
  const before = await readRedis(server.url, prefix);
  expect(hits(before).length).toBeGreaterThan(25);
  expect((await readAppendOnly(server.url)).some(isPlainIn)).toBe(true);

  const counted = await countInQueue(location, matches, redact);
  expect(await readRedis(server.url, prefix)).toEqual(before);

  const result = await erase(location);

  expect(result).toMatchObject({ kind: 'erased', file: { kind: 'rewritten' } });
  expect(counted).toEqual({ counts: result.counts, left: { active: 0, waiting: 0 } });
  const after = await readRedis(server.url, prefix);
  expect(hits(after)).toEqual([]);
  expect((await readAppendOnly(server.url)).some(isPlainIn)).toBe(false);
  for (const { key } of others) {
    const job = `{${prefix}}:${queueNames.live}:${key}`;
    expect(after.get(job)).toBe(before.get(job));
  }
  const store = harness.closing(openRejectedStore(location));
  expect(await store.count()).toBe(1);
  expect([...after.keys()].filter((key) => !key.endsWith(':logs'))).toEqual(
    [...before.keys()].filter((key) => !key.endsWith(':logs')),
  );

  for (const partition of [0, 41]) {
    const { handled } = await consumeAll(location, partition);
    const queued = partition === 0 ? [...events.slice(0, 5), ...others] : events.slice(5);
    await becomes(handled, queued.length);
    const keys = handled.map(({ key }) => key);
    for (const { key } of queued) expect(keys).toContain(key);
  }
});

async function consumeAll(location: Parameters<typeof openFiller>[0], partition: number) {
  const handled: { readonly key: string }[] = [];
  const consumer = openConsumer({
    ...location,
    partition,
    lane: 'live',
    concurrency: 5,
    handle: async (event) => {
      handled.push(event);
      return await Promise.resolve(done());
    },
    recordLetter: async () => await Promise.resolve('recorded'),
    report: () => undefined,
    now: () => new Date(),
    onConnectionError: () => undefined,
  });
  harness.closing(consumer);
  await consumer.start();
  return { handled };
}

/** Reads the files on the disk that Redis would load. */
async function readAppendOnly(url: string): Promise<string[]> {
  const redis = new Redis(url);
  try {
    const [, directory = ''] = await redis.config('GET', 'dir');
    const folder = join(directory, 'appendonlydir');
    const files = await readdir(folder);
    return await Promise.all(files.map(async (file) => await readFile(join(folder, file), 'utf8')));
  } finally {
    redis.disconnect();
  }
}
