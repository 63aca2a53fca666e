import { withDeadline } from '../connection/deadline.ts';
import type { QueueLocation } from '../connection/queue-backend.ts';
import { openPostgresShelf } from './postgres-storage.ts';
import { openRedisShelf } from './redis-storage.ts';
import {
  couldVerifyLater,
  type KeptCallback,
  type RejectedBounds,
  type RejectedCallback,
  rejectedBounds,
} from './rejected-callback.ts';
import { oldestIdAt, readEntry, rejectedId, writeEntry } from './rejected-entry.ts';
import type { EntryShelf } from './rejected-storage.ts';

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

/** Connects when it is first used; a connection that failed is dropped, and the next call opens a new one. */
export function openRejectedStore(
  location: QueueLocation,
  options: RejectedStoreOptions = {},
): RejectedStore {
  const { bounds = rejectedBounds, timeoutMs = defaultTimeoutMs } = options;
  const now = options.now ?? (() => new Date());
  const fromId = () => oldestIdAt(new Date(now().getTime() - bounds.maxAgeMs));
  const opened = new Set<EntryShelf>();
  let current: EntryShelf | undefined;

  async function withShelf<T>(use: (shelf: EntryShelf) => Promise<T>): Promise<T> {
    const shelf = (current ??= openShelf(location, timeoutMs));
    opened.add(shelf);
    try {
      return await withDeadline(use(shelf), timeoutMs);
    } catch (error) {
      if (current === shelf) retire(shelf);
      throw error;
    }
  }

  /** Takes no more calls. Those under way may still succeed, each within its own time. */
  function retire(shelf: EntryShelf): void {
    current = undefined;
    setTimeout(() => {
      opened.delete(shelf);
      void closeQuietly(shelf);
    }, timeoutMs);
  }

  async function ids(): Promise<readonly string[]> {
    return await withShelf((shelf) => shelf.ids(fromId()));
  }

  return {
    async keep(callback) {
      const rank = couldVerifyLater(callback.cause) ? 1 : 0;
      const text = writeEntry(callback, bounds.maxBodyBytes);
      const entry = { id: rejectedId(callback), rank, text } as const;
      const limits = { ...bounds, fromId: fromId() };
      const isHeld = await withShelf((shelf) => shelf.put(entry, limits));
      if (!isHeld) return 'no-room';
      return callback.rawBody.byteLength > bounds.maxBodyBytes ? 'kept-without-body' : 'kept';
    },
    async list(page) {
      const found = await withShelf((shelf) => shelf.read({ ...page, fromId: fromId() }));
      return found.map(({ id, text }) => readEntry(id, text));
    },
    async find(id) {
      const text = await withShelf((shelf) => shelf.find(id));
      return text === undefined ? undefined : readEntry(id, text);
    },
    remove: async (id) => await withShelf((shelf) => shelf.remove(id)),
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

function openShelf(location: QueueLocation, timeoutMs: number): EntryShelf {
  switch (location.backend.kind) {
    case 'redis':
      return openRedisShelf(location, timeoutMs);
    case 'postgres':
      return openPostgresShelf(location, timeoutMs);
  }
}

async function closeQuietly(shelf: EntryShelf): Promise<void> {
  try {
    await shelf.disconnect();
  } catch {
    // It is being thrown away because it does not work.
  }
}
