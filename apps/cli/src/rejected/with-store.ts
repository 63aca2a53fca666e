import type { QueueTarget } from '@sinch-callbacks/config';
import { openRejectedStore, type RejectedStore, withFallbackStore } from '@sinch-callbacks/queue';
import { QueueUnavailableError } from '../failure.ts';
import { requireQueue } from '../settings/open-servers.ts';
import type { Settings } from '../settings/read-settings.ts';

const timeoutMs = 5_000;

/** What the commands do with the store. Its calls throw QueueUnavailableError alone. */
export type OpenStore = Pick<RejectedStore, 'list' | 'find' | 'remove' | 'count'>;

/**
 * Opens the store for the time of `use`: what lies in Redis, and what ingest kept in Postgres
 * while that was away. @throws UsageError when no queue is set.
 */
export async function withStore<T>(
  settings: Settings,
  use: (store: OpenStore) => Promise<T>,
): Promise<T> {
  const { queuePrefix: prefix, fallbackQueue } = settings;
  const open = (backend: QueueTarget) => openRejectedStore({ backend, prefix }, { timeoutMs });
  const main = open(requireQueue(settings).value);
  const store = fallbackQueue ? withFallbackStore(main, open(fallbackQueue.value)) : main;
  try {
    return await use({
      list: async (page) => await asStoreCall(store.list(page)),
      find: async (id) => await asStoreCall(store.find(id)),
      remove: async (id) => await asStoreCall(store.remove(id)),
      count: async () => await asStoreCall(store.count()),
    });
  } finally {
    await store.close();
  }
}

async function asStoreCall<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new QueueUnavailableError(error);
  }
}
