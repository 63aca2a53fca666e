import type { Database } from '../database.ts';
import { classifyFailure, isStatementTimeout, whileAvailable } from '../failure.ts';
import { inWriteSession } from '../write/write-session.ts';
import { erasureSteps } from './erased-tables.ts';

/**
 * Tables, and those that a partitioned one consists of; itself where it has statistics of its own.
 */
const analysed = `
SELECT c.oid::regclass::text AS name
FROM unnest($1::text[]) AS given(name)
  LEFT JOIN LATERAL pg_partition_tree(given.name::regclass) AS tree ON true
  JOIN pg_class AS c ON c.oid = coalesce(tree.relid, given.name::regclass)
WHERE c.relkind = 'r' OR EXISTS (SELECT FROM pg_statistic AS s WHERE s.starelid = c.oid)
ORDER BY 1`;

/**
 * Renews the planner's statistics, which hold values of columns: a number stays in them after its
 * row has none. A table that takes longer than a statement may, or that is locked, as by a vacuum
 * or by the build of an index, is left to autovacuum.
 * @returns the tables that were left.
 * @throws DatabaseUnavailableError.
 */
export async function renewStatistics(
  database: Pick<Database, 'pool' | 'limits'>,
): Promise<readonly string[]> {
  const names = [...new Set(erasureSteps.map(({ name }) => name))];
  const { rows } = await whileAvailable(
    async () => await database.pool.query<{ name: string }>(analysed, [names]),
  );
  const left: string[] = [];
  for (const { name } of rows) {
    if (!(await isAnalysed(database, name))) left.push(name);
  }
  return left;
}

/** In a transaction of its own, for the limits of time that it sets. */
async function isAnalysed(
  database: Pick<Database, 'pool' | 'limits'>,
  name: string,
): Promise<boolean> {
  const { lockTimeoutMs } = database.limits;
  const options = { keepsStatements: false, lockTimeoutMs };
  try {
    await whileAvailable(
      async () =>
        await inWriteSession(
          database,
          options,
          async (session) => await session.query({ sql: `ANALYZE ${name}` }, []),
        ),
    );
    return true;
  } catch (error) {
    if (isStatementTimeout(error) || classifyFailure(error) === 'blocked') return false;
    throw error;
  }
}
