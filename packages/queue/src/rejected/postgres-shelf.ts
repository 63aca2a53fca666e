import pg from 'pg';
import { postgresConnection, type QueueLocation } from '../queue-backend.ts';
import type { EntryShelf, ShelfEntry } from './entry-shelf.ts';

/** Entries in the queue's schema, over a connection of its own. `migratePostgresShelf` comes first. */
export function openPostgresShelf(location: QueueLocation, timeoutMs: number): EntryShelf {
  const { schema, ...connection } = postgresConnection(location, { kind: 'fail-fast', timeoutMs });
  const pool = new pg.Pool({ ...connection, max: 1, query_timeout: timeoutMs });
  // Every call rejects by itself when the connection is broken.
  pool.on('error', () => undefined);
  const { table, keep } = namesIn(schema);
  return {
    async put({ id, rank, text }, { fromId, maxEntries, maxTotalBytes }) {
      const { rows } = await pool.query<{ held: boolean }>(
        `SELECT ${keep}($1, $2, $3, $4, $5, $6) AS held`,
        [id, rank, text, fromId, maxEntries, maxTotalBytes],
      );
      return rows[0]?.held ?? false;
    },
    async read({ limit, fromId, after }) {
      const { rows } = await pool.query<ShelfEntry>(
        `SELECT id, entry AS text FROM ${table}
         WHERE id >= $1 AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3`,
        [fromId, after ?? null, limit],
      );
      return rows;
    },
    async find(id) {
      const { rows } = await pool.query<{ entry: string }>(
        `SELECT entry FROM ${table} WHERE id = $1`,
        [id],
      );
      return rows[0]?.entry;
    },
    async remove(id) {
      const { rowCount } = await pool.query(`DELETE FROM ${table} WHERE id = $1`, [id]);
      return rowCount === 1;
    },
    async count(fromId) {
      const { rows } = await pool.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM ${table} WHERE id >= $1`,
        [fromId],
      );
      return rows[0]?.count ?? 0;
    },
    disconnect: async () => await pool.end(),
  };
}

/** Makes the table and its function. Safe to repeat, and to run from several processes at once. */
export async function migratePostgresShelf(location: QueueLocation): Promise<void> {
  const { schema, ...connection } = postgresConnection(location, { kind: 'wait' });
  const client = new pg.Client(connection);
  try {
    await client.connect();
    await client.query(migration(schema));
  } finally {
    await client.end();
  }
}

function namesIn(schema: string) {
  const quoted = pg.escapeIdentifier(schema);
  return { table: `${quoted}.rejected_callback`, keep: `${quoted}.keep_rejected_callback` };
}

/**
 * Statements sent together are one transaction. A function, so that adding and dropping are one
 * round trip under a lock that no client can hold on to: two that looked at once would each see
 * room for its own.
 */
function migration(schema: string): string {
  const { table, keep } = namesIn(schema);
  const lock = `pg_advisory_xact_lock(hashtextextended(${pg.escapeLiteral(table)}, 0))`;
  return `
    SELECT ${lock};
    CREATE TABLE IF NOT EXISTS ${table} (
      id text COLLATE "C" PRIMARY KEY,
      rank integer NOT NULL,
      entry text NOT NULL,
      bytes integer NOT NULL
    );
    CREATE OR REPLACE FUNCTION ${keep}(
      new_id text, new_rank integer, new_entry text,
      from_id text, max_entries bigint, max_total_bytes bigint
    ) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM ${lock};
      INSERT INTO ${table} VALUES (new_id, new_rank, new_entry, octet_length(new_entry))
        ON CONFLICT DO NOTHING;
      DELETE FROM ${table} WHERE id < from_id;
      DELETE FROM ${table} WHERE id IN (
        SELECT id FROM (
          SELECT id, row_number() OVER kept AS place, sum(bytes) OVER kept AS total
          FROM ${table} WINDOW kept AS (ORDER BY rank DESC, id DESC)
        ) AS held WHERE place > max_entries OR total > max_total_bytes
      );
      RETURN EXISTS (SELECT FROM ${table} WHERE id = new_id);
    END $$;
  `;
}
