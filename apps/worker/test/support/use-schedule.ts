import type { CallbackEvent } from '@sinch-callbacks/core';
import { toTheEnd } from '@sinch-callbacks/db';
import {
  countRetention,
  planRetention,
  type RetainedRows,
  type RetentionSchedule,
  runRetention,
} from '@sinch-callbacks/operations';
import { beforeEach, expect } from 'vitest';
import { openWorkerFixture, type WorkerFixture } from './worker-fixture.ts';
import { letDie, writeEvent } from './write-event.ts';

/** Opens a database for each test, and runs the schedule on it at any instant. */
export function useSchedule() {
  let fixture: WorkerFixture | undefined;
  beforeEach(async () => {
    const mine = await openWorkerFixture();
    fixture = mine;
    return async () => await mine.close();
  });
  const opened = () => {
    if (fixture === undefined) throw new Error('the database is open only during a test');
    return fixture;
  };
  return {
    get database() {
      return opened().database;
    },
    write: async (event: CallbackEvent, appliedAt?: number) =>
      await writeEvent(opened().database, event, appliedAt),
    die: async (event: CallbackEvent) => await letDie(opened().database, event),
    /** Runs the schedule at an instant, and returns what it did; no table without any. */
    async runAt(at: number, schedule: Partial<RetentionSchedule>): Promise<Record<string, number>> {
      const plan = planRetention({ tableDays: {}, ...schedule }, new Date(at));
      const foretold = sums(await countRetention(opened().database, plan));
      const rows: RetainedRows[] = [];
      await runRetention(opened().database, plan, toTheEnd, (some) => void rows.push(some));
      const removed = sums(rows);
      expect(removed).toMatchObject(foretold);
      return removed;
    },
    async count(table: string): Promise<number> {
      const { rows } = await opened().database.pool.query<{ n: number }>(
        `SELECT count(*)::integer AS n FROM ${table}`,
      );
      return rows[0]?.n ?? 0;
    },
    /** Every row of these tables. */
    async dump(...tables: readonly string[]): Promise<unknown> {
      const dumps = tables.map(async (table) => {
        const { rows } = await opened().database.pool.query<{ row: string }>(
          `SELECT t::text AS row FROM ${table} AS t ORDER BY 1`,
        );
        return rows.map(({ row }) => row);
      });
      return await Promise.all(dumps);
    },
  };
}

function sums(counts: readonly RetainedRows[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { table, rows } of counts) if (rows > 0) all[table] = (all[table] ?? 0) + rows;
  return all;
}
