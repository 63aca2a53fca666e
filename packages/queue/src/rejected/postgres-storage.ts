import pg from 'pg';
import { postgresConnection, prepareSchema } from '../connection/postgres-connection.ts';
import { ignoreError, type QueueLocation } from '../connection/queue-backend.ts';
import type { RejectedStorage, StoredEntry } from './rejected-storage.ts';

/** No such schema, table or function. */
const isUnprepared = new Set(['3F000', '42P01', '42883']);

/** Opens the storage in the queue's schema, which `migratePostgresStorage` has to prepare first. */
export function openPostgresStorage(location: QueueLocation, timeoutMs: number): RejectedStorage {
  const { schema, ...connection } = postgresConnection(location, { kind: 'fail-fast', timeoutMs });
  const pool = new pg.Pool({ ...connection, max: 1, query_timeout: timeoutMs });
  pool.on('error', ignoreError);
  const { table, keep, remove } = namesIn(schema);

  /** Reads rows. A schema that was never prepared has none. */
  async function select<Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    try {
      return (await pool.query<Row>(sql, [...values])).rows;
    } catch (error) {
      if (error instanceof pg.DatabaseError && isUnprepared.has(error.code ?? '')) return [];
      throw error;
    }
  }

  return {
    async put({ id, rank, text }, { fromId, maxEntries, maxTotalBytes }) {
      const { rows } = await pool.query<{ held: boolean }>(
        `SELECT ${keep}($1, $2, $3, $4, $5, $6) AS held`,
        [id, rank, text, fromId, maxEntries, maxTotalBytes],
      );
      return rows[0]?.held ?? false;
    },
    read: async ({ limit, fromId, after }) =>
      await select<StoredEntry>(
        `SELECT id, entry AS text FROM ${table}
         WHERE id >= $1 AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3`,
        [fromId, after ?? null, limit],
      ),
    async find(id) {
      const sql = `SELECT entry FROM ${table} WHERE id = $1`;
      return (await select<{ entry: string }>(sql, [id]))[0]?.entry;
    },
    async remove(id) {
      const sql = `SELECT ${remove}($1) AS removed`;
      return (await select<{ removed: boolean }>(sql, [id]))[0]?.removed ?? false;
    },
    async ids(fromId) {
      const sql = `SELECT id FROM ${table} WHERE id >= $1 ORDER BY id`;
      return (await select<{ id: string }>(sql, [fromId])).map(({ id }) => id);
    },
    disconnect: async () => await pool.end(),
  };
}

/** Creates the tables and functions. Safe to repeat, and to run from several processes at once. */
export async function migratePostgresStorage(location: QueueLocation): Promise<void> {
  await prepareSchema(location, migration);
}

function namesIn(schema: string) {
  const quoted = pg.escapeIdentifier(schema);
  return {
    table: `${quoted}.rejected_callback`,
    totals: `${quoted}.rejected_callback_totals`,
    keep: `${quoted}.keep_rejected_callback`,
    remove: `${quoted}.remove_rejected_callback`,
  };
}

/**
 * Makes the statements, which are one transaction because they are sent together. Functions make
 * adding and dropping one round trip, under a lock that no client can keep. Without the lock, two
 * clients at once would both see room for their entry. The single row of totals is that lock; it
 * also saves counting thousands of entries for each one that is added.
 */
function migration(schema: string): string {
  const { table, totals, keep, remove } = namesIn(schema);
  return `
    SELECT pg_advisory_xact_lock(hashtextextended(${pg.escapeLiteral(table)}, 0));
    CREATE TABLE IF NOT EXISTS ${table} (
      id text COLLATE "C" PRIMARY KEY,
      rank integer NOT NULL,
      entry text NOT NULL,
      bytes integer NOT NULL
    );
    CREATE INDEX IF NOT EXISTS rejected_callback_rank ON ${table} (rank, id);
    CREATE TABLE IF NOT EXISTS ${totals} (
      single boolean PRIMARY KEY DEFAULT true CHECK (single),
      entries bigint NOT NULL,
      bytes bigint NOT NULL
    );
    INSERT INTO ${totals} (entries, bytes)
      SELECT count(*), coalesce(sum(bytes), 0) FROM ${table} ON CONFLICT DO NOTHING;
    CREATE OR REPLACE FUNCTION ${keep}(
      new_id text, new_rank integer, new_entry text,
      from_id text, max_entries bigint, max_total_bytes bigint
    ) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
      held ${totals}%ROWTYPE;
      gone record;
    BEGIN
      SELECT * INTO held FROM ${totals} FOR UPDATE;
      INSERT INTO ${table} VALUES (new_id, new_rank, new_entry, octet_length(new_entry))
        ON CONFLICT DO NOTHING;
      IF FOUND THEN
        held.entries := held.entries + 1;
        held.bytes := held.bytes + octet_length(new_entry);
      END IF;
      FOR gone IN DELETE FROM ${table} WHERE id < from_id RETURNING bytes LOOP
        held.entries := held.entries - 1;
        held.bytes := held.bytes - gone.bytes;
      END LOOP;
      WHILE held.entries > max_entries OR held.bytes > max_total_bytes LOOP
        DELETE FROM ${table} WHERE id = (SELECT id FROM ${table} ORDER BY rank, id LIMIT 1)
          RETURNING bytes INTO gone;
        EXIT WHEN NOT FOUND;
        held.entries := held.entries - 1;
        held.bytes := held.bytes - gone.bytes;
      END LOOP;
      UPDATE ${totals} SET entries = held.entries, bytes = held.bytes;
      RETURN EXISTS (SELECT FROM ${table} WHERE id = new_id);
    END $$;
    CREATE OR REPLACE FUNCTION ${remove}(old_id text) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
      gone record;
    BEGIN
      PERFORM FROM ${totals} FOR UPDATE;
      DELETE FROM ${table} WHERE id = old_id RETURNING bytes INTO gone;
      IF NOT FOUND THEN RETURN false; END IF;
      UPDATE ${totals} SET entries = entries - 1, bytes = bytes - gone.bytes;
      RETURN true;
    END $$;
  `;
}
