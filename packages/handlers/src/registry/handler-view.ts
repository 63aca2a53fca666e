import type { KnownTrigger, OrderKeySource } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';

/** The handlers for which a writer makes tasks, by trigger. */
export type HandlersByTrigger = ReadonlyMap<KnownTrigger, readonly RegisteredHandler[]>;

export interface RegisteredHandler {
  readonly name: string;
  /** What the keys of its tasks are made of; null where they have none. */
  readonly keySource: OrderKeySource | null;
}

/** The registry as this process has read it last. */
export interface HandlerView {
  /** Returns a reading that is at most five seconds old. */
  current(): Promise<HandlersByTrigger>;
  /** Stops reading. Idempotent. */
  stop(): void;
}

const readEveryMs = 1_000;
/**
 * A batch does not begin with an older reading. With the longest transaction, this bounds how late
 * a task may be missing (see openRegistration).
 */
export const maxViewAgeMs = 5_000;

/** A column of a statement: {@link RegisteredHandler.keySource}. */
export const keySourceColumn = `
CASE WHEN "order" <> 'NONE' THEN lower(key_source::text) END AS "keySource"`;

const readRegistry = `
SELECT name, triggers, ${keySourceColumn} FROM handler
WHERE state <> 'RETIRED' ORDER BY name`;

export interface RegistryRow extends RegisteredHandler {
  readonly triggers: readonly KnownTrigger[];
}

/**
 * Reads the registry once a second, outside all transactions. While the database is down it keeps
 * the last reading; a batch that begins then fails anyway.
 */
export function openHandlerView({ pool }: Pick<Database, 'pool'>): HandlerView {
  let handlers: HandlersByTrigger = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const startedAt = performance.now();
    const { rows } = await pool.query<RegistryRow>(readRegistry);
    handlers = byTrigger(rows);
    readAtMs = startedAt;
  }

  /** Reads once at a time. */
  function readOnce(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  const timer = setInterval(() => {
    // A failure leaves the reading as it is; `current` repeats it, and throws.
    readOnce().catch(ignore);
  }, readEveryMs);
  timer.unref();
  return {
    async current() {
      if (performance.now() - readAtMs > maxViewAgeMs) await readOnce();
      return handlers;
    },
    stop: () => clearInterval(timer),
  };
}

/** Arranges handlers by trigger. */
export function byTrigger(rows: readonly RegistryRow[]): HandlersByTrigger {
  const handlers = new Map<KnownTrigger, RegisteredHandler[]>();
  for (const { triggers, ...handler } of rows) {
    for (const trigger of triggers) {
      const known = handlers.get(trigger);
      if (known === undefined) handlers.set(trigger, [handler]);
      else known.push(handler);
    }
  }
  return handlers;
}

const ignore = () => undefined;
