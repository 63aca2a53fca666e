/** Where entries lie, as texts. Every call rejects when the server does not answer in time. */
export interface RejectedStorage {
  /**
   * Adds an entry and drops what is over the limits, in one indivisible step.
   * @returns whether the entry is there afterwards.
   */
  put(entry: EntryToPut, limits: ShelfLimits): Promise<boolean>;
  /** Entries from `fromId` on, in the order of their ids; from behind `after` where it is given. */
  read(page: ShelfPage): Promise<readonly StoredEntry[]>;
  find(id: string): Promise<string | undefined>;
  /** Whether it was there. */
  remove(id: string): Promise<boolean>;
  /** All of them from there on, in their order: their number has a bound, and they are short. */
  ids(fromId: string): Promise<readonly string[]>;
  /** Lets go of the connection without waiting for anybody. */
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

export interface ShelfLimits {
  readonly maxEntries: number;
  readonly maxTotalBytes: number;
  readonly maxAgeMs: number;
  /** Older ids are dropped. */
  readonly fromId: string;
}

export interface ShelfPage {
  readonly limit: number;
  readonly fromId: string;
  readonly after?: string | undefined;
}
