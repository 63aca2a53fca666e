import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallbackEvent } from '@sinch-callbacks/core';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import {
  countInQueue,
  openConsumer,
  openRejectedStore,
  type QueueLocation,
  queueNames,
} from '../../src/index.ts';
import { done, useQueueHarness } from '../queue-harness.ts';
import { expectApplied, fillQueue, readAll, useOwnRedis } from './erase-fixture.ts';
import { erase, eventsOfPerson, hits, isPlainIn, matches, redact } from './erase-harness.ts';

const harness = useQueueHarness('redis');
// Uncompressed, so that a search of the file finds every text in it.
const server = useOwnRedis(['rdbcompression no']);

it('after it no value and no append-only file names the person, and every job is applied', async () => {
  const prefix = 'erased';
  const location = { backend: { kind: 'redis', url: server().url }, prefix } as const;
  const ofPerson = eventsOfPerson().length;
  const isUnused = (place: number) => place >= 5 && place < ofPerson;
  const partitionOf = (place: number) => (isUnused(place) ? 41 : 0);
  const { waiting } = await fillQueue(harness, location, partitionOf);
  const others = waiting.slice(ofPerson);
  const before = await readAll(location);
  expect(hits(before).length).toBeGreaterThan(25);
  expect((await readAppendOnly(server().url)).some(isPlainIn)).toBe(true);

  const counted = await countInQueue(location, matches, redact);
  expect(await readAll(location)).toEqual(before);

  const shown = await slowLogOf(server().url, async () => {
    const result = await erase(location);
    expect(result).toMatchObject({ kind: 'erased', file: { kind: 'rewritten' } });
    expect(counted).toEqual({ counts: result.counts, left: { active: 0, waiting: 0 } });
  });
  expect(shown).toContain('LSET');
  expect(isPlainIn(shown)).toBe(false);
  const after = await readAll(location);
  expect(hits(after)).toEqual([]);
  expect((await readAppendOnly(server().url)).some(isPlainIn)).toBe(false);
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
    const queued = waiting.filter((_, place) => partitionOf(place) === partition);
    await expectApplied(handled, queued);
  }
});

it('the settings of a queue stay, whatever they spell', async () => {
  const location = { backend: { kind: 'redis', url: server().url }, prefix: 'settings' } as const;
  const key = `{settings}:${queueNames.live}:meta`;
  const redis = new Redis(server().url);
  try {
    await redis.hset(key, 'version', '46701234567');
    expect(await erase(location)).toMatchObject({ kind: 'erased', counts: { others: 0 } });
    expect(await redis.hget(key, 'version')).toBe('46701234567');
  } finally {
    redis.disconnect();
  }
});

/**
 * Returns every command that Redis ran meanwhile, with its arguments, as its slow log shows them.
 */
async function slowLogOf(url: string, run: () => Promise<void>): Promise<string> {
  const redis = new Redis(url);
  try {
    // Those that were slow before, as any is on a busy machine, may name the person.
    await redis.slowlog('RESET');
    await redis.config('SET', 'slowlog-max-len', '100000');
    await redis.config('SET', 'slowlog-log-slower-than', '0');
    await run();
    await redis.config('SET', 'slowlog-log-slower-than', '-1');
    return JSON.stringify(await redis.slowlog('GET', 100_000));
  } finally {
    redis.disconnect();
  }
}

async function consumeAll(location: QueueLocation, partition: number) {
  const handled: { readonly event: CallbackEvent }[] = [];
  const consumer = openConsumer({
    ...location,
    partition,
    lane: 'live',
    concurrency: 5,
    handle: async (event) => {
      handled.push({ event });
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
