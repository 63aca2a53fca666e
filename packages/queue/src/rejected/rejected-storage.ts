/** Storage for entries, as texts. Every call rejects when the server does not answer in time. */
export interface RejectedStorage {
  /**
   * Adds an entry and drops those above the limits, in one atomic step.
   * @returns true when the entry is stored afterwards.
   */
  put(entry: EntryToPut, limits: StorageLimits): Promise<boolean>;
  /** Returns entries from `fromId` up, in the order of their ids, and after `after` if given. */
  read(page: StoragePage): Promise<readonly StoredEntry[]>;
  find(id: string): Promise<string | undefined>;
  /** @returns true when it was there. */
  remove(id: string): Promise<boolean>;
  /** Returns all ids from `fromId` up, in order: their number is bounded, and they are short. */
  ids(fromId: string): Promise<readonly string[]>;
  /** Closes the connection without waiting for calls in progress. */
  disconnect(): Promise<void>;
}

export interface StoredEntry {
  readonly id: string;
  readonly text: string;
}

export interface EntryToPut extends StoredEntry {
  /** Entries of rank 0 are dropped before any of rank 1; within a rank the oldest goes first. */
  readonly rank: 0 | 1;
}

export interface StorageLimits {
  readonly maxEntries: number;
  readonly maxTotalBytes: number;
  readonly maxAgeMs: number;
  /** Older ids are dropped. */
  readonly fromId: string;
}

export interface StoragePage {
  readonly limit: number;
  readonly fromId: string;
  readonly after?: string | undefined;
}
