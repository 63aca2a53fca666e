import pg from 'pg';
import { postgresConnection } from '../connection/postgres-connection.ts';
import { ignoreError, type QueueLocation } from '../connection/queue-backend.ts';
import { queueNames } from '../contract/queue-names.ts';
import type { PassReport, PassRules } from './erasure-rules.ts';
import { type JobFields, type JobPart, redactJob } from './redact-job.ts';

/** The jobs that are in memory at once; each has a body of 1 MiB at most, unless that is raised. */
const jobsAtOnce = 32;
const rowsAtOnce = 500;
/** No such schema or table. */
const isUnprepared = new Set(['3F000', '42P01']);

/** The columns of BullMQ's table that may quote a body, with their types. */
const jobColumns: Readonly<Record<string, 'jsonb' | 'text'>> = {
  data: 'jsonb',
  opts: 'jsonb',
  progress: 'jsonb',
  return_value: 'jsonb',
  stacktrace: 'jsonb',
  failed_reason: 'text',
  deferred_failure: 'text',
};

interface JobRow extends pg.QueryResultRow {
  readonly queue: string;
  readonly id: string;
  readonly state: string;
  readonly version: string;
  /** The texts of `jobColumns`, in their order. */
  readonly texts: readonly (string | null)[];
}

interface QueueRow extends pg.QueryResultRow {
  readonly queue: string;
  readonly place: readonly string[];
  readonly text: string;
}

/**
 * Passes once over the tables of the queue in Postgres, by their keys. A job keeps its row in every
 * state, so one that moves meanwhile is not missed. A schema that was never prepared has no rows.
 */
export async function erasePostgresPass(
  location: QueueLocation,
  rules: PassRules,
  report: PassReport,
  timeoutMs: number,
): Promise<void> {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  const { schema, ...connection } = postgresConnection(location, policy);
  const client = new pg.Client(connection);
  client.on('error', ignoreError);
  try {
    await client.connect();
    const tables = pg.escapeIdentifier(schema);
    await eraseJobs(client, `${tables}.job`, rules, report);
    for (const { table, key } of [
      { table: `${tables}.event`, key: ['id'] },
      { table: `${tables}.job_log`, key: ['job_id', 'idx'] },
    ]) {
      await eraseRows(client, table, key, rules, report);
    }
  } catch (error) {
    if (error instanceof pg.DatabaseError && isUnprepared.has(error.code ?? '')) return;
    throw error;
  } finally {
    await client.end();
  }
}

const columns = Object.entries(jobColumns).map(([name, type]) => ({ name, type }));
const versionOfRow = `md5(ARRAY[${columns.map(({ name }) => `${name}::text`).join(', ')}]::text)`;

async function eraseJobs(
  client: pg.Client,
  table: string,
  rules: PassRules,
  report: PassReport,
): Promise<void> {
  const page = `
    SELECT queue, id, state::text AS state, ${versionOfRow} AS version,
      ARRAY[${columns.map(({ name }) => `${name}::text`).join(', ')}] AS texts
    FROM ${table} WHERE (queue, id) > ($1, $2) ORDER BY queue, id LIMIT ${jobsAtOnce}`;
  for (let after = ['', '']; ; ) {
    const { rows } = await client.query<JobRow>(page, after);
    for (const row of rows) await eraseJob(client, table, row, rules, report);
    const last = rows.at(-1);
    if (last === undefined || rows.length < jobsAtOnce) return;
    after = [last.queue, last.id];
  }
}

/**
 * Replaces columns in one statement, unless a worker has the job or a column is another one by now.
 * A worker takes a job, its data and its lock in one statement as well. The comparison is by
 * digests: values of statements may be logged.
 */
async function eraseJob(
  client: pg.Client,
  table: string,
  row: JobRow,
  rules: PassRules,
  report: PassReport,
): Promise<void> {
  report.visited();
  const part = partOf(row);
  const { changes, left } = redactJob(fieldsOf(row), part, rules, new Date());
  const names = Object.keys(changes);
  if (names.length > 0 && rules.mode === 'erase') {
    const sets = names.map((name, n) => `${name} = $${n + 4}::${jobColumns[name] ?? 'text'}`);
    const { rowCount } = await client.query(
      `UPDATE ${table} SET ${sets.join(', ')}
       WHERE queue = $1 AND id = $2 AND ${versionOfRow} = $3 AND NOT (${isLocked})`,
      [row.queue, row.id, row.version, ...Object.values(changes)],
    );
    if (rowCount === 0) return report.left('active');
  }
  if (names.length > 0) report.erased(part);
  if (left !== undefined) report.left(row.state === 'active' ? 'active' : left);
}

const isLocked = `state = 'active' AND coalesce(locked_until_ms, 0)
  > extract(epoch FROM clock_timestamp()) * 1000`;

function partOf({ queue, state }: JobRow): JobPart {
  if (queue === queueNames.dead) return 'dead';
  return state === 'completed' ? 'finished' : 'unfinished';
}

function fieldsOf({ texts }: JobRow): JobFields {
  const pairs = columns.map(({ name }, n) => [name, texts[n] ?? ''] as const);
  return Object.fromEntries(pairs.filter(([, text]) => text !== ''));
}

/** Deletes rows that nothing reads but a dashboard: events of the queue, and logs of jobs. */
async function eraseRows(
  client: pg.Client,
  table: string,
  key: readonly string[],
  { matches, mode }: PassRules,
  report: PassReport,
): Promise<void> {
  const order = ['queue', ...key].join(', ');
  const place = key.map((name) => `${name}::text`).join(', ');
  const values = key.map((name, n) => `$${n + 2}${name === 'job_id' ? '' : '::bigint'}`).join(', ');
  const read = `SELECT queue, ARRAY[${place}] AS place, t::text AS text FROM ${table} AS t`;
  const next = `WHERE (${order}) > ($1, ${values})`;
  const page = `ORDER BY ${order} LIMIT ${rowsAtOnce}`;
  const remove = `DELETE FROM ${table} WHERE (${order}) = ($1, ${values})`;
  for (let last: QueueRow | undefined; ; ) {
    const { rows } =
      last === undefined
        ? await client.query<QueueRow>(`${read} ${page}`)
        : await client.query<QueueRow>(`${read} ${next} ${page}`, [last.queue, ...last.place]);
    for (const row of rows) {
      report.visited();
      if (!matches(row.text)) continue;
      if (mode === 'erase') await client.query(remove, [row.queue, ...row.place]);
      report.erased('events');
    }
    last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
  }
}
