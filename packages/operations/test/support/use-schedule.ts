import type { CallbackEvent } from '@sinch-callbacks/core';
import { type Database, openDatabase, toTheEnd } from '@sinch-callbacks/db';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import {
  countRetention,
  planRetention,
  type RetainedRows,
  type RetentionSchedule,
  runRetention,
} from '../../src/index.ts';
import { letDie, writeEvent } from './write-event.ts';

/** Opens a database for a file, empty at each test, and runs the schedule on it at any instant. */
export function useSchedule() {
  let opened: { readonly database: Database; readonly drop: () => Promise<void> } | undefined;
  beforeAll(async () => {
    const template = inject('migratedDatabase');
    const { url, drop } = await createDatabase(inject('postgresUrl'), undefined, { template });
    opened = { database: openDatabase({ url }), drop };
  });
  const use = () => {
    if (opened === undefined) throw new Error('the database is open only while tests run');
    return opened.database;
  };
  afterEach(async () => await emptyTables(use()));
  afterAll(async () => {
    await opened?.database.close();
    await opened?.drop();
  });
  async function count(table: string): Promise<number> {
    const { rows } = await use().pool.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM ${table}`,
    );
    return rows[0]?.n ?? 0;
  }
  return {
    get database() {
      return use();
    },
    write: async (event: CallbackEvent, appliedAt?: number) =>
      await writeEvent(use(), event, appliedAt),
    die: async (event: CallbackEvent) => await letDie(use(), event),
    /** Runs the schedule at an instant, and returns what it did; no table without any. */
    async runAt(at: number, schedule: Partial<RetentionSchedule>): Promise<Record<string, number>> {
      const plan = planRetention({ tableDays: {}, ...schedule }, new Date(at));
      const foretold = sums(await countRetention(use(), plan));
      const rows: RetainedRows[] = [];
      const onRows = (some: RetainedRows) => void rows.push(some);
      const { failures } = await runRetention(use(), plan, { proceed: toTheEnd, onRows });
      expect(failures).toEqual([]);
      const removed = sums(rows);
      expect(removed).toMatchObject(foretold);
      return removed;
    },
    count,
    /** Counts the rows of the tables that are named. */
    async countAll(tables: Readonly<Record<string, number>>): Promise<Record<string, number>> {
      const names = Object.keys(tables);
      const counts = await Promise.all(names.map(count));
      return Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0]));
    },
    /** Every row of these tables. */
    async dump(...tables: readonly string[]): Promise<unknown> {
      const dumps = tables.map(async (table) => {
        const { rows } = await use().pool.query<{ row: string }>(
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

/** Removes every row, and every week. */
async function emptyTables({ pool }: Database): Promise<void> {
  const { rows: weeks } = await pool.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = 'callback_event_settled'::regclass
       AND inhrelid <> 'callback_event_default'::regclass`,
  );
  for (const { name } of weeks) await pool.query(`DROP TABLE ${name}`);
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables
     WHERE schemaname = current_schema() AND tablename <> '_prisma_migrations'`,
  );
  await pool.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
}
