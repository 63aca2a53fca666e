import { expect, it } from 'vitest';
import { renewStatistics } from '../../src/index.ts';
import { useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-per-test');

it('what was removed from the rows is not in the statistics of the planner either', async () => {
  const { pool } = migrated.database;
  const hits = async () =>
    (await migrated.read(`SELECT tablename FROM pg_stats WHERE pg_stats::text LIKE '%Zephyrine%'`))
      .length;
  await pool.query(`INSERT INTO contact (sinch_contact_id, display_name, created_at, updated_at)
    SELECT 'C' || n, 'Zephyrine ' || n % 5, now(), now() FROM generate_series(1, 100) AS n`);
  await pool.query('ANALYZE contact');
  expect(await hits()).toBeGreaterThan(0);
  await pool.query('UPDATE contact SET display_name = NULL');
  expect(await renewStatistics(migrated.database)).toEqual([]);
  expect(await hits()).toBe(0);
});
