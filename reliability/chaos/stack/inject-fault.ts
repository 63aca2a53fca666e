import { describeExit, until } from '@sinch-callbacks/dev-env/processes';
import { askRedis, type FaultProxy, lockRows } from '@sinch-callbacks/dev-env/servers';
import type { FaultName } from '../plan/faults.ts';
import type { Round } from '../plan/plan-rounds.ts';
import type { Field } from './stack-under-test.ts';
import type { Part } from './supervised-process.ts';

/** What a fault can act on, and whom it tells of what should not be. */
export interface Battle {
  readonly field: Field;
  /** Callbacks answered with 2xx so far. */
  readonly acknowledged: () => number;
  readonly onFinding: (finding: string) => void;
}

/** Longer than Sinch waits between two tries after a short outage. */
const carryTimeoutMs = 60_000;

type Hold = () => Promise<void>;
/** Breaks something, holds it and mends it. Resolves when everything is ready again. */
type Fault = (battle: Battle, hold: Hold, victim: 0 | 1) => Promise<void>;

const faults: Readonly<Record<FaultName, Fault>> = {
  'kill-ingest': ({ field }, hold) => kill([field.ingest], hold),
  'kill-worker': ({ field }, hold, victim) => kill([field.workers[victim]], hold),
  'kill-workers': ({ field }, hold) => kill(field.workers, hold),
  'kill-redis': ({ field }, hold) => kill([field.redis], hold),
  'kill-postgres': ({ field }, hold) => kill([field.postgres], hold),
  'kill-everything': ({ field }, hold) =>
    kill([field.redis, field.postgres, field.ingest, ...field.workers], hold),
  'freeze-ingest': ({ field }, hold) => freeze(field.ingest, hold),
  'freeze-worker': ({ field }, hold, victim) => freeze(field.workers[victim], hold),
  'freeze-redis': ({ field }, hold) => freeze(field.redis, hold),
  'freeze-postgres': ({ field }, hold) => freeze(field.postgres, hold),
  'cut-redis': ({ field }, hold) => cut(field.ways.redis, hold),
  'cut-postgres': ({ field }, hold) => cut(field.ways.postgres, hold),
  'redis-outage': outage,
  'rolling-deploy': deploy,
  'drop-redis-silently': ({ field }, hold) => drop(field.ways.redis, hold),
  'drop-postgres-silently': ({ field }, hold) => drop(field.ways.postgres, hold),
  'lock-row': lock,
  'fill-redis': fill,
};

export async function strike(round: Round, battle: Battle, hold: Hold): Promise<void> {
  await faults[round.fault](battle, hold, round.victim);
}

/** At once, and up again at once, in no order: as after a power cut. */
async function kill(parts: readonly Part[], hold: Hold): Promise<void> {
  await Promise.all(parts.map((part) => part.crash()));
  await hold();
  await Promise.all(parts.map((part) => part.start()));
}

async function freeze(part: Part, hold: Hold): Promise<void> {
  await part.freeze();
  try {
    await hold();
  } finally {
    await part.thaw();
  }
}

async function cut(way: FaultProxy, hold: Hold): Promise<void> {
  await way.cut();
  try {
    await hold();
  } finally {
    await way.restore();
  }
}

/** What is open is dead from now on, and nobody says so; what is opened later works. */
async function drop(way: FaultProxy, hold: Hold): Promise<void> {
  way.forget();
  await hold();
}

/** Somebody else works on some of the latest messages, which the next reports are about. */
async function lock({ field }: Battle, hold: Hold): Promise<void> {
  const latest = 'SELECT FROM message ORDER BY created_at DESC LIMIT 5 FOR UPDATE SKIP LOCKED';
  const release = await lockRows(field.databaseUrl, latest);
  try {
    await hold();
  } finally {
    await release();
  }
}

/** Redis answers, and refuses whatever takes memory. */
async function fill({ field }: Battle, hold: Hold): Promise<void> {
  await askRedis(field.redisUrl, 'CONFIG', 'SET', 'maxmemory', '1');
  try {
    await hold();
  } finally {
    await askRedis(field.redisUrl, 'CONFIG', 'SET', 'maxmemory', '0');
  }
}

/**
 * Redis is gone for a while, in good order, and for so long at least that the queue in Postgres
 * has carried something.
 */
async function outage({ field, acknowledged, onFinding }: Battle, hold: Hold): Promise<void> {
  await field.redis.stop();
  const before = acknowledged();
  await hold();
  try {
    const what = 'a callback to be acknowledged without Redis';
    await until(() => acknowledged() > before, { what, timeoutMs: carryTimeoutMs });
  } catch (error) {
    onFinding(`the fallback did not carry: ${String(error)}`);
  }
  await field.redis.start();
}

/** One worker after the other is asked to end, and a new one takes its place. */
async function deploy({ field, onFinding }: Battle, hold: Hold): Promise<void> {
  for (const worker of field.workers) {
    const exit = await worker.stop();
    if (exit.code !== 0)
      onFinding(`${worker.name} was asked to end and did with ${describeExit(exit)}`);
    await hold();
    await worker.start();
  }
}
