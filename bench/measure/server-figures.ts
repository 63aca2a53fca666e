import { randomBytes } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { Redis } from 'ioredis';
import { rounded } from '../report/arithmetic.ts';

/** Counts of the commands that a Redis gets. MONITOR slows the server: time nothing meanwhile. */
export interface CommandWatch {
  /** Commands that clients sent. */
  byClients(): Readonly<Record<string, number>>;
  /** Commands that scripts ran. */
  byScripts(): Readonly<Record<string, number>>;
  /** Sets all counts to zero, after what was sent before is counted. */
  reset(): Promise<void>;
  /** Resolves when every command sent before is counted. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

export async function watchCommands(url: string): Promise<CommandWatch> {
  const client = new Redis(url);
  const echoClient = new Redis(url);
  // Both connect before MONITOR starts: ioredis would take a monitored line for its own answer.
  await Promise.all([client.ping(), echoClient.ping()]);
  const monitor = await client.monitor();
  const clients = new Map<string, number>();
  const scripts = new Map<string, number>();
  let lastEcho = '';
  monitor.on('monitor', (_time: string, [command = '', value = '']: string[], source: string) => {
    const name = command.toLowerCase();
    // ECHO is only ours, to mark a position; it is not counted.
    if (name === 'echo') lastEcho = value;
    else increment(source === 'lua' ? scripts : clients, name);
  });
  async function caughtUp(): Promise<void> {
    const mark = randomBytes(8).toString('hex');
    await echoClient.echo(mark);
    await until(() => lastEcho === mark, { what: 'MONITOR to report every command' });
  }

  return {
    byClients: () => Object.fromEntries(clients),
    byScripts: () => Object.fromEntries(scripts),
    caughtUp,
    async reset() {
      await caughtUp();
      clients.clear();
      scripts.clear();
    },
    async close() {
      monitor.disconnect();
      client.disconnect();
      echoClient.disconnect();
    },
  };
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Counters and memory of a Redis. */
interface RedisFigures {
  readonly commands: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly usedMemory: number;
}

export async function readRedisFigures(url: string): Promise<RedisFigures> {
  const client = new Redis(url);
  try {
    const info = await client.info('everything');
    const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    const lines = info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
    return {
      commands: Object.fromEntries(
        [...lines].map(([, name = '', calls]): [string, number] => [name, Number(calls)]),
      ),
      bytesIn: number('total_net_input_bytes'),
      bytesOut: number('total_net_output_bytes'),
      usedMemory: number('used_memory'),
    };
  } finally {
    client.disconnect();
  }
}

/** Computes commands and bytes per event between two readings. */
export function redisPerEvent(before: RedisFigures, after: RedisFigures, events: number) {
  const calls = Object.entries(after.commands)
    .map(([name, count]) => [name, (count - (before.commands[name] ?? 0)) / events] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => [name, Number(count.toFixed(3))] as const);
  return {
    /** Commands that scripts ran are included. */
    commands: Object.fromEntries(calls.toSorted(([, one], [, other]) => other - one)),
    bytesIn: Math.round((after.bytesIn - before.bytesIn) / events),
    bytesOut: Math.round((after.bytesOut - before.bytesOut) / events),
  };
}

/** Size of a database's tables, and what was written for them so far. */
interface PostgresFigures {
  /** Tables with their indexes, partitions included. */
  readonly bytesOnDisk: number;
  /** WAL of the whole server, so nothing else may write meanwhile. */
  readonly walBytes: number;
  readonly messageUpdates: number;
  /** Updates that stayed in their page and wrote no index (heap-only tuples). */
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

/** Reads the figures once the statistics are complete: sessions report about a second late. */
export async function readPostgresFigures(url: string): Promise<PostgresFigures> {
  await until(async () => (await queryRows<{ yes: boolean }>(url, counted))[0]?.yes === true, {
    what: 'Postgres to count every message',
  });
  const [found] = await queryRows<PostgresFigures & Record<string, unknown>>(url, figures);
  if (found === undefined) throw new Error('Postgres has no table of messages');
  return found;
}

/** Computes bytes and updates per event between two readings. */
export function rowsPerEvent(before: PostgresFigures, after: PostgresFigures, events: number) {
  const updates = after.messageUpdates - before.messageUpdates;
  return {
    bytesOnDisk: Math.round((after.bytesOnDisk - before.bytesOnDisk) / events),
    walBytes: Math.round((after.walBytes - before.walBytes) / events),
    messageUpdates: rounded(updates / events),
    /** The share of all updates of `message`. */
    hotShare: rounded((after.messageHotUpdates - before.messageHotUpdates) / updates),
  };
}
