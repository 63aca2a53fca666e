import { withDeadline } from '../connection/deadline.ts';
import type { QueueLocation } from '../connection/queue-backend.ts';
import { openPostgresStorage } from './postgres-storage.ts';
import { openRedisStorage } from './redis-storage.ts';
import {
  couldVerifyLater,
  type KeptCallback,
  oldestIdAt,
  type RejectedBounds,
  type RejectedCallback,
  readEntry,
  rejectedBounds,
  rejectedId,
  writeEntry,
} from './rejected-callback.ts';
import type { RejectedStorage } from './rejected-storage.ts';

export type KeepOutcome =
  | 'kept'
  /** Kept without its body, which was too long. */
  | 'kept-without-body'
  /** Not kept: the store is full of callbacks that are dropped later than this one. */
  | 'no-room';

/**
 * A small bounded store for requests that failed verification, so that they can be verified again
 * after a wrong secret is corrected. Requests that no secret could verify are dropped first, then
 * the oldest.
 *
 * Every call is one round trip over the store's own connection, and throws when the server does not
 * answer in time. So nothing here can hold up the queue's connection.
 */
export interface RejectedStore {
  keep(callback: RejectedCallback): Promise<KeepOutcome>;
  /** Returns a page in the order of arrival, the oldest first. */
  list(page: RejectedPage): Promise<readonly KeptCallback[]>;
  find(id: string): Promise<KeptCallback | undefined>;
  /** @returns true when it was there. */
  remove(id: string): Promise<boolean>;
  /** Returns the ids of all callbacks, in the order of arrival. */
  ids(): Promise<readonly string[]>;
  count(): Promise<number>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface RejectedPage {
  readonly limit: number;
  /** The last id of the page before; it may have been removed since. */
  readonly after?: string | undefined;
}

export interface RejectedStoreOptions {
  readonly bounds?: RejectedBounds;
  /** The limit for each call, connecting included. */
  readonly timeoutMs?: number;
  readonly now?: () => Date;
}

const defaultTimeoutMs = 2_000;

/** Connects at the first call. A connection that failed is dropped; the next call opens another. */
export function openRejectedStore(
  location: QueueLocation,
  options: RejectedStoreOptions = {},
): RejectedStore {
  const { bounds = rejectedBounds, timeoutMs = defaultTimeoutMs } = options;
  const now = options.now ?? (() => new Date());
  const fromId = () => oldestIdAt(new Date(now().getTime() - bounds.maxAgeMs));
  const opened = new Set<RejectedStorage>();
  let current: RejectedStorage | undefined;

  async function withStorage<T>(use: (storage: RejectedStorage) => Promise<T>): Promise<T> {
    const storage = (current ??= openRejectedStorage(location, timeoutMs));
    opened.add(storage);
    try {
      return await withDeadline(use(storage), timeoutMs);
    } catch (error) {
      if (current === storage) retire(storage);
      throw error;
    }
  }

  /** Sends it no more calls. Those in progress may still succeed, each within its own time. */
  function retire(storage: RejectedStorage): void {
    current = undefined;
    setTimeout(() => {
      opened.delete(storage);
      void closeQuietly(storage);
    }, timeoutMs);
  }

  async function ids(): Promise<readonly string[]> {
    return await withStorage((storage) => storage.ids(fromId()));
  }

  return {
    async keep(callback) {
      const rank = couldVerifyLater(callback.cause) ? 1 : 0;
      const text = writeEntry(callback, bounds.maxBodyBytes);
      const entry = { id: rejectedId(callback), rank, text } as const;
      const limits = { ...bounds, fromId: fromId() };
      const isStored = await withStorage((storage) => storage.put(entry, limits));
      if (!isStored) return 'no-room';
      return callback.rawBody.byteLength > bounds.maxBodyBytes ? 'kept-without-body' : 'kept';
    },
    async list(page) {
      const found = await withStorage((storage) => storage.read({ ...page, fromId: fromId() }));
      return found.map(({ id, text }) => readEntry(id, text));
    },
    async find(id) {
      const text = await withStorage((storage) => storage.find(id));
      return text === undefined ? undefined : readEntry(id, text);
    },
    remove: async (id) => await withStorage((storage) => storage.remove(id)),
    ids,
    count: async () => (await ids()).length,
    async close() {
      const storages = [...opened];
      opened.clear();
      current = undefined;
      await Promise.all(storages.map(closeQuietly));
    },
  };
}

/** Opens the storage without the store, for what has to reach every entry. */
export function openRejectedStorage(location: QueueLocation, timeoutMs: number): RejectedStorage {
  switch (location.backend.kind) {
    case 'redis':
      return openRedisStorage(location, timeoutMs);
    case 'postgres':
      return openPostgresStorage(location, timeoutMs);
  }
}

async function closeQuietly(storage: RejectedStorage): Promise<void> {
  try {
    await storage.disconnect();
  } catch {
    // It is dropped because it does not work.
  }
}

/**
 * Combines two stores: keeps in `main`, or in `fallback` when that fails, and reads both. The
 * bounds hold for each. An entry that is in both has one id, and is read as one.
 */
export function withFallbackStore(main: RejectedStore, fallback: RejectedStore): RejectedStore {
  async function ids(): Promise<readonly string[]> {
    const [first, second] = await Promise.all([main.ids(), fallback.ids()]);
    return [...new Set([...first, ...second])].toSorted();
  }

  return {
    async keep(callback) {
      try {
        return await main.keep(callback);
      } catch {
        // Main is down or full: the fallback's result counts.
        return await fallback.keep(callback);
      }
    },
    async list(page) {
      const pages = await Promise.all([main.list(page), fallback.list(page)]);
      const byId = new Map(pages.flat().map((kept) => [kept.id, kept]));
      const sorted = [...byId].toSorted(([one], [other]) => (one < other ? -1 : 1));
      return sorted.slice(0, page.limit).map(([, kept]) => kept);
    },
    find: async (id) => (await main.find(id)) ?? (await fallback.find(id)),
    async remove(id) {
      const removed = await Promise.all([main.remove(id), fallback.remove(id)]);
      return removed.includes(true);
    },
    ids,
    count: async () => (await ids()).length,
    async close() {
      await Promise.all([main.close(), fallback.close()]);
    },
  };
}
