import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { rounded } from '../report/arithmetic.ts';

/** What the tables of a database take, and what was written for them so far. */
export interface PostgresFigures {
  /** Tables with their indexes, partitions included. */
  readonly bytesOnDisk: number;
  /** Of the whole server, so nothing else may write meanwhile. */
  readonly walBytes: number;
  readonly messageUpdates: number;
  /** Those that stayed in their page, so that no index was written (heap-only tuples). */
  readonly messageHotUpdates: number;
}

const figures = `SELECT
  (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)::float8 AS "bytesOnDisk",
  pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS "walBytes",
  n_tup_upd::float8 AS "messageUpdates", n_tup_hot_upd::float8 AS "messageHotUpdates"
  FROM pg_stat_user_tables WHERE relname = 'message'`;

const counted = `SELECT n_tup_ins >= (SELECT count(*) FROM message) AS yes
  FROM pg_stat_user_tables WHERE relname = 'message'`;

/** Sessions report what they did a second or so after they did it. */
export async function readPostgresFigures(url: string): Promise<PostgresFigures> {
  await until(async () => (await queryRows<{ yes: boolean }>(url, counted))[0]?.yes === true, {
    what: 'Postgres to have counted every message',
  });
  const [found] = await queryRows<PostgresFigures & Record<string, unknown>>(url, figures);
  if (found === undefined) throw new Error('Postgres has no table of messages');
  return found;
}

/** Per event, between two readings. */
export function rowsPerEvent(before: PostgresFigures, after: PostgresFigures, events: number) {
  const updates = after.messageUpdates - before.messageUpdates;
  return {
    bytesOnDisk: Math.round((after.bytesOnDisk - before.bytesOnDisk) / events),
    walBytes: Math.round((after.walBytes - before.walBytes) / events),
    messageUpdates: rounded(updates / events),
    /** Of all updates of `message`. */
    hotShare: rounded((after.messageHotUpdates - before.messageHotUpdates) / updates),
  };
}
