import { setImmediate as turn } from 'node:timers/promises';
import { type CallbackEvent, decideEvent } from '@sinch-callbacks/core';
import { createEventWriter, openDatabase } from '@sinch-callbacks/db';
import pg from 'pg';
import { applyWithSql } from './apply-with-sql.ts';

/** Writes the rows of these events. */
export type WriteRows = (events: readonly CallbackEvent[]) => Promise<void>;

/**
 * What a contender on Postgres does with its jobs. `per-event`: a transaction of prepared SQL for
 * each, `concurrency` of them at once. `set-based`: the product's own writer.
 */
export async function openRowWriter(
  variant: string,
  url: string,
  concurrency: number,
): Promise<WriteRows> {
  if (variant === 'set-based') return openSetBased(url);
  const pool = new pg.Pool({ connectionString: url, max: concurrency, keepAlive: true });
  await pool.query('SELECT 1');
  return async (events) => {
    await Promise.all(events.map(async (event) => await applyWithSql(pool, event)));
  };
}

async function openSetBased(url: string): Promise<WriteRows> {
  const database = openDatabase({ url, poolSize: 5 });
  await database.prisma.$queryRaw`SELECT 1`;
  const writer = createEventWriter(database, () => new Date());
  return async (events) => {
    const outcomes = await writer.write(events.map(toWrite));
    const failed = outcomes.find(({ kind }) => kind === 'failed');
    if (failed?.kind === 'failed') throw new Error(failed.message);
  };
}

function toWrite(event: CallbackEvent) {
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  return { event, decision, attempts: 1 };
}

/** Makes batches of what is handed over one by one: whatever came while the last was written. */
export function writeInBatches(write: WriteRows): (event: CallbackEvent) => Promise<void> {
  let waiting: CallbackEvent[] = [];
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function writeWaiting(): Promise<void> {
    await writing;
    const batch = waiting;
    waiting = [];
    next = undefined;
    writing = write(batch);
    await writing;
  }

  return async (event) => {
    waiting.push(event);
    next ??= turn().then(writeWaiting);
    await next;
  };
}
