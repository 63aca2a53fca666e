import { expect, it } from 'vitest';
import { renewStatistics } from '../../src/index.ts';
import { useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-per-test');

async function fill(): Promise<void> {
  await migrated.database.pool.query(`INSERT INTO contact (sinch_contact_id, display_name, created_at, updated_at)
    SELECT 'C' || n, 'Zephyrine ' || n % 5, now(), now() FROM generate_series(1, 100) AS n`);
}

it('what was removed from the rows is not in the statistics of the planner either', async () => {
  const { pool } = migrated.database;
  const hits = async () =>
    (await migrated.read(`SELECT tablename FROM pg_stats WHERE pg_stats::text LIKE '%Zephyrine%'`))
      .length;
  await fill();
  await pool.query('ANALYZE contact');
  expect(await hits()).toBeGreaterThan(0);
  await pool.query('UPDATE contact SET display_name = NULL');
  expect(await renewStatistics(migrated.database)).toEqual([]);
  expect(await hits()).toBe(0);
});

it('a table that takes longer than a statement may is left', async () => {
  await fill();
  const { pool, limits } = migrated.database;
  // The statistics of an index on an expression call it.
  await pool.query(`
    CREATE FUNCTION slow(name text) RETURNS text LANGUAGE sql IMMUTABLE AS
      $$ SELECT name FROM (SELECT pg_sleep(0.01)) AS pause $$;
    CREATE INDEX ON contact (slow(display_name))`);
  const database = { pool, limits: { ...limits, statementTimeoutMs: 500 } };
  expect(await renewStatistics(database)).toEqual(['contact']);
});

it('a table that another session has locked is left', async () => {
  const { pool, limits } = migrated.database;
  const other = await pool.connect();
  await other.query('BEGIN; LOCK TABLE contact IN SHARE UPDATE EXCLUSIVE MODE');
  const database = { pool, limits: { ...limits, lockTimeoutMs: 100 } };
  expect(await renewStatistics(database)).toEqual(['contact']);
  await other.query('ROLLBACK');
  other.release();
});
