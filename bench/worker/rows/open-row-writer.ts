import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CallbackEvent, decideEvent } from '@sinch-callbacks/core';
import { createEventWriter, openDatabase } from '@sinch-callbacks/db';
import pg from 'pg';
import { applyWithSql } from './apply-with-sql.ts';

/** A function that writes the rows of these events. */
export type WriteRows = (events: readonly CallbackEvent[]) => Promise<void>;

/**
 * Opens the writer of a contender on Postgres. `per-event`: a transaction of prepared SQL for each
 * event, `concurrency` at once. `set-based`: our own writer.
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

/** Collects events that arrive during one write into the next batch. */
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
    next ??= nextTurn().then(writeWaiting);
    await next;
  };
}
