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
  /** That it came is kept; its body was too long. */
  | 'kept-without-body'
  /** The store is full of what is worth more. */
  | 'no-room';

/**
 * A small bounded store for requests that failed verification, so that a wrong secret can be
 * mended afterwards. What no secret could ever verify is dropped first, then the oldest.
 *
 * Every call is one round trip over a connection of the store's own, and throws when the server
 * does not answer in time: nothing here can hold up the queue's own connection.
 */
export interface RejectedStore {
  keep(callback: RejectedCallback): Promise<KeepOutcome>;
  /** A page in the order of arrival, the oldest first. */
  list(page: RejectedPage): Promise<readonly KeptCallback[]>;
  find(id: string): Promise<KeptCallback | undefined>;
  /** Whether it was there. */
  remove(id: string): Promise<boolean>;
  /** Of all that are there, in the order of arrival. */
  ids(): Promise<readonly string[]>;
  count(): Promise<number>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface RejectedPage {
  readonly limit: number;
  /** The id that the page before ended with; it need not be there any more. */
  readonly after?: string | undefined;
}

export interface RejectedStoreOptions {
  readonly bounds?: RejectedBounds;
  /** For each call, connecting included. */
  readonly timeoutMs?: number;
  readonly now?: () => Date;
}

const defaultTimeoutMs = 2_000;

/**
 * Connects when it is first used; a connection that failed is dropped, and the next call opens a
 * new one.
 */
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
    const storage = (current ??= openStorage(location, timeoutMs));
    opened.add(storage);
    try {
      return await withDeadline(use(storage), timeoutMs);
    } catch (error) {
      if (current === storage) retire(storage);
      throw error;
    }
  }

  /** Takes no more calls. Those under way may still succeed, each within its own time. */
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
      const isHeld = await withStorage((storage) => storage.put(entry, limits));
      if (!isHeld) return 'no-room';
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
      const shelves = [...opened];
      opened.clear();
      current = undefined;
      await Promise.all(shelves.map(closeQuietly));
    },
  };
}

function openStorage(location: QueueLocation, timeoutMs: number): RejectedStorage {
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
    // It is being thrown away because it does not work.
  }
}

/**
 * One store in two places: keeps in `main`, or in `fallback` when that fails, and reads both. The
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
        // Away, or full: the other one says whether it is kept.
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
