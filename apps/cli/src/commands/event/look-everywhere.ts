import type { QueueTarget } from '@sinch-callbacks/config';
import {
  boundedEntityId,
  encodeRawBody,
  eventKey,
  rawBodyText,
  recognise,
} from '@sinch-callbacks/core';
import { findStoredByKey } from '@sinch-callbacks/db';
import {
  findJobs,
  fitsPattern,
  type KeyPattern,
  openRejectedStore,
  type QueueLocation,
  type RejectedStore,
} from '@sinch-callbacks/queue';
import { withDatabase } from '../../settings/open-servers.ts';
import type { Settings } from '../../settings/read-settings.ts';
import type { EventPlace, NotAsked } from './event-place.ts';

export interface Found {
  readonly places: readonly EventPlace[];
  readonly notAsked: readonly NotAsked[];
}

const timeoutMs = 5_000;
const pageSize = 500;

/**
 * Searches every place for the events that match, each on its own, so that a server that is down
 * hides no other. The order is that in which events move, so that none is missed in between.
 */
export async function lookEverywhere(
  settings: Settings,
  pattern: KeyPattern,
  limit: number,
): Promise<Found> {
  const { queue, fallbackQueue, queuePrefix: prefix, databaseUrl } = settings;
  const places: EventPlace[] = [];
  const notAsked: NotAsked[] = [];

  async function ask<T>(
    place: string,
    target: T | undefined,
    question: (target: T) => Promise<readonly EventPlace[]>,
  ): Promise<void> {
    if (target === undefined) {
      notAsked.push({ place, reason: 'it is not set' });
      return;
    }
    try {
      places.push(...(await question(target)));
    } catch (error) {
      notAsked.push({ place, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  const jobsIn = (place: 'queue' | 'fallback') => async (backend: QueueTarget) =>
    (await findJobs({ backend, prefix }, pattern, limit, timeoutMs)).map(
      (job) => ({ place, ...job }) as const,
    );
  const rejectedIn = async (backend: QueueTarget) =>
    await findRejected({ backend, prefix }, pattern, limit);

  await ask('rejected callbacks', queue?.value, rejectedIn);
  if (fallbackQueue) await ask('rejected callbacks on Postgres', fallbackQueue.value, rejectedIn);
  await ask('queue', queue?.value, jobsIn('queue'));
  if (fallbackQueue) await ask('fallback queue', fallbackQueue.value, jobsIn('fallback'));
  await ask('database', databaseUrl?.value, async (url) => {
    const stored = await withDatabase(url, (database) => findStoredByKey(database, pattern, limit));
    return stored.map((event) => ({ place: 'database', ...event }) as const);
  });
  return { places, notAsked };
}

/** Searches the rejected callbacks whose bodies were kept: the others have no key. */
async function findRejected(
  location: QueueLocation,
  pattern: KeyPattern,
  limit: number,
): Promise<readonly EventPlace[]> {
  const store = openRejectedStore(location, { timeoutMs });
  const found: EventPlace[] = [];
  try {
    for await (const { id, rawBody, cause, receivedAt } of everyRejected(store)) {
      const key = rawBody && keyOfBody(rawBody);
      if (key === undefined || !fitsPattern(key, pattern)) continue;
      found.push({ place: 'rejected', id, eventKey: key, cause, receivedAt });
      if (found.length >= limit) break;
    }
    return found;
  } finally {
    await store.close();
  }
}

async function* everyRejected(store: RejectedStore) {
  for (let after: string | undefined; ; ) {
    const page = await store.list({ limit: pageSize, after });
    yield* page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.id;
  }
}

/** Computes the key that a body would be queued under if its signature were valid. */
export function keyOfBody(rawBody: Uint8Array): string {
  const recognition = recognise(rawBodyText(encodeRawBody(rawBody)));
  switch (recognition.kind) {
    case 'known':
      return eventKey(recognition.trigger, recognition.entityId, rawBody);
    case 'unknown': {
      const entityId = boundedEntityId(recognition.topLevelKeys.join('+'));
      return eventKey('UNKNOWN', entityId, rawBody);
    }
    case 'unreadable':
      return eventKey('UNREADABLE', undefined, rawBody);
  }
}
