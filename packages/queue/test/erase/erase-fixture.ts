import type { CallbackEvent } from '@sinch-callbacks/core';
import { type RedisServer, startRedis } from '@sinch-callbacks/dev-env/servers';
import { afterAll, beforeAll, expect } from 'vitest';
import type { JobQueue } from '../../src/connection/queue-backend.ts';
import { type QueueLocation, queueNames } from '../../src/index.ts';
import { becomes, type QueueHarness } from '../queue-harness.ts';
import {
  addWaiting,
  eventsOfOthers,
  eventsOfPerson,
  type Filler,
  fillPlaces,
  openFiller,
  readRedis,
  readTables,
} from './erase-harness.ts';

export interface FilledQueue {
  readonly filler: Filler;
  readonly live: JobQueue;
  /** Those that wait: the person's, then others'. */
  readonly waiting: readonly CallbackEvent[];
}

/**
 * Fills every place of a queue with the person, and adds jobs that wait, about others too.
 * @param partitionOf the partition of each of the latter, by its place among them.
 */
export async function fillQueue(
  harness: QueueHarness,
  location = harness.location(),
  partitionOf: (place: number) => number = () => 0,
): Promise<FilledQueue> {
  const filler = harness.closing(openFiller(location));
  await fillPlaces(filler);
  const waiting = [...eventsOfPerson(), ...eventsOfOthers()];
  const partitions = new Map<number, JobQueue>();
  const open = (partition: number) => {
    const opened = partitions.get(partition) ?? filler.open(queueNames.live, partition);
    partitions.set(partition, opened);
    return opened;
  };
  for (const [place, event] of waiting.entries()) {
    await addWaiting(open(partitionOf(place)), event);
  }
  return { filler, live: open(0), waiting };
}

/** Waits until a consumer has handled as many events, and requires that they are these. */
export async function expectApplied(
  handled: readonly { readonly event: CallbackEvent }[],
  events: readonly CallbackEvent[],
): Promise<void> {
  await becomes(handled, events.length);
  expect(handled.map(({ event }) => event.key).toSorted()).toEqual(
    events.map(({ key }) => key).toSorted(),
  );
}

/** Reads everything that the server of a queue has of it. */
export async function readAll({
  backend,
  prefix = '',
}: QueueLocation): Promise<Map<string, string>> {
  return backend.kind === 'redis'
    ? await readRedis(backend.url, prefix)
    : await readTables(backend.url, `${prefix}_queue`);
}

/** Starts a Redis for the tests of a file alone. Returns a getter for the tests. */
export function useOwnRedis(settings: readonly string[] = []): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    const started = await startRedis({ sources: ['binary', 'debian'], settings });
    if (started.kind === 'unavailable') throw new Error(started.message);
    server = started;
  }, 120_000);
  afterAll(async () => await server?.close());
  return () => {
    if (server === undefined) throw new Error('the server runs only during the tests');
    return server;
  };
}
