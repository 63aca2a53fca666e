import { describeExit, until } from '@sinch-callbacks/dev-env/processes';
import { askRedis, type FaultProxy, lockRows } from '@sinch-callbacks/dev-env/servers';
import type { FaultName } from '../plan/faults.ts';
import type { Round } from '../plan/plan-rounds.ts';
import type { StackUnderTest } from './stack-under-test.ts';
import type { SupervisedProcess } from './supervised-process.ts';

/** What a fault can act on, and whom it tells of what should not be. */
export interface FaultContext {
  readonly stack: StackUnderTest;
  /** Callbacks answered with 2xx so far. */
  readonly acknowledged: () => number;
  readonly onFinding: (finding: string) => void;
}

/** Longer than Sinch waits between two tries after a short outage. */
const carryTimeoutMs = 60_000;

type Hold = () => Promise<void>;
/** Breaks something, holds it and mends it. Resolves when everything is ready again. */
type Fault = (context: FaultContext, hold: Hold, victim: 0 | 1) => Promise<void>;

const faults: Readonly<Record<FaultName, Fault>> = {
  'kill-ingest': ({ stack }, hold) => kill([stack.ingest], hold),
  'kill-worker': ({ stack }, hold, victim) => kill([stack.workers[victim]], hold),
  'kill-workers': ({ stack }, hold) => kill(stack.workers, hold),
  'kill-redis': ({ stack }, hold) => kill([stack.redis], hold),
  'kill-postgres': ({ stack }, hold) => kill([stack.postgres], hold),
  'kill-everything': ({ stack }, hold) =>
    kill([stack.redis, stack.postgres, stack.ingest, ...stack.workers], hold),
  'freeze-ingest': ({ stack }, hold) => freeze(stack.ingest, hold),
  'freeze-worker': ({ stack }, hold, victim) => freeze(stack.workers[victim], hold),
  'freeze-redis': ({ stack }, hold) => freeze(stack.redis, hold),
  'freeze-postgres': ({ stack }, hold) => freeze(stack.postgres, hold),
  'cut-redis': ({ stack }, hold) => cut(stack.proxies.redis, hold),
  'cut-postgres': ({ stack }, hold) => cut(stack.proxies.postgres, hold),
  'redis-outage': outage,
  'rolling-deploy': deploy,
  'drop-redis-silently': ({ stack }, hold) => drop(stack.proxies.redis, hold),
  'drop-postgres-silently': ({ stack }, hold) => drop(stack.proxies.postgres, hold),
  'lock-row': lock,
  'fill-redis': fill,
};

export async function injectFault(round: Round, context: FaultContext, hold: Hold): Promise<void> {
  await faults[round.fault](context, hold, round.victim);
}

/** At once, and up again at once, in no order: as after a power cut. */
async function kill(processes: readonly SupervisedProcess[], hold: Hold): Promise<void> {
  await Promise.all(processes.map((target) => target.crash()));
  await hold();
  await Promise.all(processes.map((target) => target.start()));
}

async function freeze(target: SupervisedProcess, hold: Hold): Promise<void> {
  await target.freeze();
  try {
    await hold();
  } finally {
    await target.thaw();
  }
}

async function cut(proxy: FaultProxy, hold: Hold): Promise<void> {
  await proxy.cut();
  try {
    await hold();
  } finally {
    await proxy.restore();
  }
}

/** What is open is dead from now on, and nobody says so; what is opened later works. */
async function drop(proxy: FaultProxy, hold: Hold): Promise<void> {
  proxy.forget();
  await hold();
}

/** Somebody else works on some of the latest messages, which the next reports are about. */
async function lock({ stack }: FaultContext, hold: Hold): Promise<void> {
  const latest = 'SELECT FROM message ORDER BY created_at DESC LIMIT 5 FOR UPDATE SKIP LOCKED';
  const release = await lockRows(stack.databaseUrl, latest);
  try {
    await hold();
  } finally {
    await release();
  }
}

/** Redis answers, and refuses whatever takes memory. */
async function fill({ stack }: FaultContext, hold: Hold): Promise<void> {
  await askRedis(stack.redisUrl, 'CONFIG', 'SET', 'maxmemory', '1');
  try {
    await hold();
  } finally {
    await askRedis(stack.redisUrl, 'CONFIG', 'SET', 'maxmemory', '0');
  }
}

/**
 * Redis is gone for a while, in good order, and for so long at least that the queue in Postgres
 * has carried something.
 */
async function outage({ stack, acknowledged, onFinding }: FaultContext, hold: Hold): Promise<void> {
  await stack.redis.stop();
  const before = acknowledged();
  await hold();
  try {
    const what = 'a callback to be acknowledged without Redis';
    await until(() => acknowledged() > before, { what, timeoutMs: carryTimeoutMs });
  } catch (error) {
    onFinding(`the fallback did not carry: ${String(error)}`);
  }
  await stack.redis.start();
}

/** One worker after the other is asked to end, and a new one takes its place. */
async function deploy({ stack, onFinding }: FaultContext, hold: Hold): Promise<void> {
  for (const worker of stack.workers) {
    const exit = await worker.stop();
    if (exit.code !== 0)
      onFinding(`${worker.name} was asked to end and did with ${describeExit(exit)}`);
    await hold();
    await worker.start();
  }
}
