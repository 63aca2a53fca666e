import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { erasureSteps } from './erased-tables.ts';

/** Tables, and those that a partitioned one consists of; itself where it has statistics of its own. */
const analysed = `
SELECT c.oid::regclass::text AS name
FROM unnest($1::text[]) AS given(name)
  LEFT JOIN LATERAL pg_partition_tree(given.name::regclass) AS tree ON true
  JOIN pg_class AS c ON c.oid = coalesce(tree.relid, given.name::regclass)
WHERE c.relkind = 'r' OR EXISTS (SELECT FROM pg_statistic AS s WHERE s.starelid = c.oid)
ORDER BY 1`;

const timedOut = '57014';

/**
 * Renews the planner's statistics, which hold values of columns: a number stays in them after its
 * row has none. A table that takes longer than a statement may is left to autovacuum.
 * @returns the tables that were left.
 * @throws DatabaseUnavailableError.
 */
export async function renewStatistics({
  pool,
}: Pick<Database, 'pool'>): Promise<readonly string[]> {
  const names = [...new Set(erasureSteps.map(({ name }) => name))];
  const { rows } = await whileAvailable(
    async () => await pool.query<{ name: string }>(analysed, [names]),
  );
  const left: string[] = [];
  for (const { name } of rows) {
    try {
      await whileAvailable(async () => await pool.query(`ANALYZE ${name}`));
    } catch (error) {
      if (!isTimeout(error)) throw error;
      left.push(name);
    }
  }
  return left;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === timedOut;
}
