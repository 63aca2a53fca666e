import { randomBytes } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { Redis } from 'ioredis';
import { rounded } from '../report/arithmetic.ts';

/** Every command that reaches a Redis, by name. It slows the server down: nothing is timed meanwhile. */
export interface CommandWatch {
  /** Those that clients sent. */
  byClients(): Readonly<Record<string, number>>;
  /** Those that scripts ran on their behalf. */
  byScripts(): Readonly<Record<string, number>>;
  /** Begins anew, with what is said from now on. */
  reset(): Promise<void>;
  /** Resolves when everything that was said before is counted. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

export async function watchCommands(url: string): Promise<CommandWatch> {
  const client = new Redis(url);
  const asking = new Redis(url);
  // Nobody else may speak meanwhile: ioredis would take what it hears for its answer.
  await Promise.all([client.ping(), asking.ping()]);
  const monitor = await client.monitor();
  const clients = new Map<string, number>();
  const scripts = new Map<string, number>();
  let lastEcho = '';
  monitor.on('monitor', (_time: string, [command = '', value = '']: string[], source: string) => {
    const name = command.toLowerCase();
    // Only ours: what it says is not counted.
    if (name === 'echo') lastEcho = value;
    else count(source === 'lua' ? scripts : clients, name);
  });
  async function caughtUp(): Promise<void> {
    const mark = randomBytes(8).toString('hex');
    await asking.echo(mark);
    await until(() => lastEcho === mark, { what: 'Redis to have told everything' });
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
      asking.disconnect();
    },
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** What a Redis has done and holds so far. */
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

/** Per event, between two readings. */
export function perEvent(before: RedisFigures, after: RedisFigures, events: number) {
  const calls = Object.entries(after.commands)
    .map(([name, count]) => [name, (count - (before.commands[name] ?? 0)) / events] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => [name, Number(count.toFixed(3))] as const);
  return {
    /** Those that scripts ran are among them. */
    commands: Object.fromEntries(calls.toSorted(([, one], [, other]) => other - one)),
    bytesIn: Math.round((after.bytesIn - before.bytesIn) / events),
    bytesOut: Math.round((after.bytesOut - before.bytesOut) / events),
  };
}

/** What the tables of a database take, and what was written for them so far. */
interface PostgresFigures {
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
