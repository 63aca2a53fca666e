import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { askRedis, queryRows, redisValues } from '@sinch-callbacks/dev-env/servers';

/** The rows of a database, each as its table's text form, by table and key. */
export type Dump = ReadonlyMap<string, string>;

const tablesWithKeys = `
SELECT format('%I.%I', n.nspname, c.relname) AS name,
  coalesce((
    SELECT string_agg(format('t.%I', a.attname), ', ')
    FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.oid AND i.indisprimary), 't::text') AS key
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1`;

/** Reads every row of every table and partition, as a dump of the database has them. */
export async function dumpDatabase(url: string): Promise<Dump> {
  const dump = new Map<string, string>();
  const tables = await queryRows<{ name: string; key: string }>(url, tablesWithKeys);
  for (const { name, key } of tables) {
    const sql = `SELECT jsonb_build_array(${key})::text AS key, t::text AS text
      FROM ${name} AS t ORDER BY 1, 2`;
    const seen = new Map<string, number>();
    for (const row of await queryRows<{ key: string; text: string }>(url, sql)) {
      const times = seen.get(row.key) ?? 0;
      seen.set(row.key, times + 1);
      dump.set(`${name} ${row.key} ${times}`, row.text);
    }
  }
  return dump;
}

/** Reads the files on the disk that Redis would load. */
export async function readAppendOnlyFiles(url: string): Promise<string> {
  const answer = await askRedis(url, 'CONFIG', 'GET', 'dir');
  const directory = answer.split('\r\n').find((line) => line.startsWith('/')) ?? '';
  const folder = path.join(directory, 'appendonlydir');
  const files = await readdir(folder);
  const texts = files.map(async (file) => await readFile(path.join(folder, file), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

/** Everything that could hold a person, by place. */
export async function readEverything(servers: {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}): Promise<ReadonlyMap<string, string>> {
  const redis = await redisValues(servers.redisUrl);
  const values = [...redis].map(([key, text]) => [`redis ${key}`, `${key} ${text}`] as const);
  return new Map([...(await dumpDatabase(servers.databaseUrl)), ...values]);
}

/** {@link readEverything} without the marks of BullMQ's workers, which expire within seconds. */
export async function readLasting(
  servers: Parameters<typeof readEverything>[0],
): Promise<ReadonlyMap<string, string>> {
  const everything = await readEverything(servers);
  return new Map([...everything].filter(([place]) => !place.endsWith(':stalled-check')));
}
