import { queryRows } from '@sinch-callbacks/dev-env/servers';

/**
 * Columns that depend on more than what Sinch sent, with the reason. Everything else must be equal,
 * times of receipt too: the reference takes them from the stored events.
 */
const leftOut: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  callback_event: {
    applied_at: 'when a worker applied it',
    attempts: 'how many tries the faults have cost',
    signed_at: 'when the stored copy was signed',
  },
  dead_letter: {
    attempts: 'when each try was',
    first_failed_at: 'when the first try was',
    dead_at: 'when the last try was',
    stack: 'where in the program it was refused',
  },
  consent_event: {
    nonce: 'the signature of the first copy',
    repeated_at: 'the times of further copies',
  },
};

/** Times that only count as set or not set, with the reason. */
const onlyWhetherSet: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dead_letter: { resolved_at: 'when a redaction closed it' },
};

/**
 * Tables beside the rows of events: what workers and migrations note about themselves, handlers with
 * their tasks, and messages to send, which the reference does not have. Tasks are compared with the
 * events, and messages with the phones.
 */
const tablesLeftOut = ['_prisma_migrations', 'app_seen', 'outbound'].concat([
  'handler',
  'handler_task',
  'handler_hold',
]);

/** Columns with phone numbers and the like, which are shown as a digest. */
const personal = new Set(['identity', 'channel_identity']);

/** A difference, with its columns when both databases have the row. */
export interface DatabaseDifference extends RowDifference {
  readonly columns: readonly string[];
}

/** Compares every table with the same one of the other database, column by column. */
export async function compareDatabases(
  withFaultsUrl: string,
  withoutUrl: string,
): Promise<{ readonly rows: number; readonly differences: readonly DatabaseDifference[] }> {
  const differences: DatabaseDifference[] = [];
  let rows = 0;
  for (const { table, keys } of await readTables(withoutUrl)) {
    const [found, expected] = [
      await readRows(withFaultsUrl, table, keys),
      await readRows(withoutUrl, table, keys),
    ];
    rows += expected.size;
    for (const difference of compareRows(table, found, expected)) {
      const columns = await differingColumns(difference, keys, [withFaultsUrl, withoutUrl]);
      differences.push({ ...difference, columns });
    }
  }
  return { rows, differences };
}

interface Table {
  readonly table: string;
  readonly keys: readonly string[];
}

/** Reads the names of all tables, so that a new one is compared as well. */
async function readTables(url: string): Promise<Table[]> {
  return await queryRows<{ table: string; keys: string[] }>(
    url,
    `SELECT DISTINCT ON (c.relname) c.relname AS "table",
       ARRAY(SELECT a.attname::text FROM pg_attribute AS a
         WHERE a.attrelid = c.oid AND a.attnum = ANY(i.indkey) ORDER BY a.attnum) AS keys
     FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
     WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
       AND c.relname <> ALL($1::text[])
     ORDER BY c.relname, i.indisprimary DESC`,
    [tablesLeftOut],
  );
}

async function readRows(url: string, table: string, keys: readonly string[]): Promise<Rows> {
  const sql = `SELECT ${keyOf(keys)} AS key, md5(${contentOf(table)}::text) AS content
    FROM ${table} AS t`;
  const rows = await queryRows<{ key: string; content: string }>(url, sql);
  return new Map(rows.map(({ key, content }) => [key, content]));
}

async function differingColumns(
  { table, key, kind }: RowDifference,
  keys: readonly string[],
  urls: readonly [string, string],
): Promise<string[]> {
  if (kind !== 'differs') return [];
  const sql = `SELECT ${contentOf(table)} AS row FROM ${table} AS t WHERE ${keyOf(keys)} = $1`;
  const [found, expected] = await Promise.all(
    urls.map(async (url) => {
      const [first] = await queryRows<{ row: Record<string, unknown> }>(url, sql, [key]);
      return first?.row ?? {};
    }),
  );
  return Object.keys({ ...found, ...expected }).filter(
    (column) => JSON.stringify(found?.[column]) !== JSON.stringify(expected?.[column]),
  );
}

function keyOf(keys: readonly string[]): string {
  const parts = keys.map((name) =>
    personal.has(name)
      ? `left(md5(coalesce(t.${name}, '-')), 8)`
      : `coalesce(t.${name}::text, '-')`,
  );
  return `concat_ws(' ', ${parts.join(', ')})`;
}

function contentOf(table: string): string {
  const names = Object.keys(leftOut[table] ?? {}).map((name) => `'${name}'`);
  const whether = Object.keys(onlyWhetherSet[table] ?? {}).map(
    (name) => `, '${name}', t.${name} IS NOT NULL`,
  );
  const set = whether.length === 0 ? '' : ` || jsonb_build_object(${whether.join('').slice(2)})`;
  return `(to_jsonb(t) - ARRAY[${names.join(', ')}]::text[]${set})`;
}

/** A table's rows: each key with a digest of the rest of the row. */
type Rows = ReadonlyMap<string, string>;

interface RowDifference {
  readonly table: string;
  readonly key: string;
  /** `missing` and `extra` mean the run with faults. */
  readonly kind: 'missing' | 'extra' | 'differs';
}

/** Finds the rows in which the run with faults differs from the one without. Pure. */
export function compareRows(table: string, withFaults: Rows, without: Rows): RowDifference[] {
  const differences: RowDifference[] = [];
  for (const [key, content] of without) {
    const found = withFaults.get(key);
    if (found === undefined) differences.push({ table, key, kind: 'missing' });
    else if (found !== content) differences.push({ table, key, kind: 'differs' });
  }
  for (const key of withFaults.keys()) {
    if (!without.has(key)) differences.push({ table, key, kind: 'extra' });
  }
  return differences;
}
