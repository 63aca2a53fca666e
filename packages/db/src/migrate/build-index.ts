import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { classifyFailure } from '../failure.ts';
import type { OnlineIndex } from './migration-files.ts';

/**
 * The limit for a lock. Writers queue behind a waiting lock, so it waits briefly and is tried
 * again.
 */
const lockTimeoutMs = 2_000;
const pauseMs = 1_000;
const maxTries = 60;

/**
 * Builds an index while its table is written to, on a connection without a transaction, and
 * partition by partition where the table has some. An invalid index of an earlier try is dropped
 * and built again; a valid one stays. An interruption at any point is therefore harmless.
 * @param beforeStep is awaited before each statement that changes something.
 */
export async function buildIndex(
  client: pg.ClientBase,
  index: OnlineIndex,
  beforeStep: () => Promise<void>,
): Promise<void> {
  const { name, table } = index;
  for (;;) {
    const state = await stateOf(client, name);
    if (state === 'valid') return;
    if (!(await isPartitioned(client, table))) {
      await buildPlain(client, index, state, beforeStep);
      return;
    }
    await buildPartitioned(client, index, state, beforeStep);
  }
}

type IndexState = 'absent' | 'valid' | 'invalid';

async function buildPlain(
  client: pg.ClientBase,
  { name, table, isUnique, definition }: OnlineIndex,
  state: IndexState,
  beforeStep: () => Promise<void>,
): Promise<void> {
  // Both wait for every transaction that is open, however long: no lock is held meanwhile.
  await client.query('SET lock_timeout = 0');
  if (state === 'invalid') {
    await beforeStep();
    await client.query(`DROP INDEX CONCURRENTLY "${name}"`);
  }
  await beforeStep();
  const create = isUnique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
  await client.query(`${create} CONCURRENTLY "${name}" ON "${table}" ${definition}`);
}

/**
 * Builds the index of a partitioned table. The parent index is created first, without its
 * partitions: a partition that is created later has its index from the beginning. The parent is
 * valid as soon as every partition's index is attached to it.
 */
async function buildPartitioned(
  client: pg.ClientBase,
  index: OnlineIndex,
  state: IndexState,
  beforeStep: () => Promise<void>,
): Promise<void> {
  const { name, table, isUnique, definition } = index;
  if (state === 'absent') {
    await beforeStep();
    const create = isUnique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
    await whenUnlocked(client, `${create} "${name}" ON ONLY "${table}" ${definition}`);
  }
  for (const partition of await partitionsWithout(client, table, name)) {
    const partitionIndex = {
      ...index,
      name: partitionIndexName(name, partition),
      table: partition,
    };
    await buildIndex(client, partitionIndex, beforeStep);
    await beforeStep();
    await whenUnlocked(client, `ALTER INDEX "${name}" ATTACH PARTITION "${partitionIndex.name}"`);
  }
}

/** Makes a name within 63 bytes, where Postgres truncates names and two could become one. */
function partitionIndexName(index: string, partition: string): string {
  const digits = createHash('sha256').update(index).digest('hex').slice(0, 8);
  return `${partition.slice(0, 50)}_${digits}`;
}

async function whenUnlocked(client: pg.ClientBase, sql: string): Promise<void> {
  await client.query(`SET lock_timeout = ${lockTimeoutMs}`);
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query(sql);
      return;
    } catch (error) {
      if (classifyFailure(error) !== 'blocked' || tries === maxTries) throw error;
    }
    await sleep(pauseMs);
  }
}

async function stateOf(client: pg.ClientBase, name: string): Promise<IndexState> {
  const { rows } = await client.query<{ is_valid: boolean }>(
    'SELECT indisvalid AS is_valid FROM pg_index WHERE indexrelid = to_regclass($1)',
    [`"${name}"`],
  );
  if (rows[0] === undefined) return 'absent';
  return rows[0].is_valid ? 'valid' : 'invalid';
}

async function isPartitioned(client: pg.ClientBase, table: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass($1)',
    [`"${table}"`],
  );
  return rowCount === 1;
}

async function partitionsWithout(
  client: pg.ClientBase,
  table: string,
  index: string,
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
     WHERE i.inhparent = to_regclass($1) AND NOT EXISTS (
       SELECT FROM pg_inherits AS part JOIN pg_index AS x ON x.indexrelid = part.inhrelid
       WHERE part.inhparent = to_regclass($2) AND x.indrelid = c.oid)
     ORDER BY c.relname`,
    [`"${table}"`, `"${index}"`],
  );
  return rows.map(({ name }) => name);
}
