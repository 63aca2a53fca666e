import { describeExit, until } from '@sinch-callbacks/dev-env/processes';
import { askRedis, type FaultProxy, lockRows } from '@sinch-callbacks/dev-env/servers';
import type { FaultName } from '../plan/faults.ts';
import type { Round } from '../plan/plan-rounds.ts';
import type { StackUnderTest } from './stack-under-test.ts';
import type { SupervisedProcess } from './supervised-process.ts';

/** The stack that a fault acts on, and the callback for what it finds wrong. */
export interface FaultContext {
  readonly stack: StackUnderTest;
  /** Callbacks answered with 2xx so far. */
  readonly acknowledged: () => number;
  readonly onFinding: (finding: string) => void;
}

/** Longer than Sinch waits between two tries after a short outage. */
const carryTimeoutMs = 60_000;

type Hold = () => Promise<void>;
/** Breaks something, holds it and repairs it. Resolves when everything is ready again. */
type Fault = (context: FaultContext, hold: Hold, victim: 0 | 1) => Promise<void>;

const faults: Readonly<Record<FaultName, Fault>> = {
  'kill-ingest': ({ stack }, hold) => kill([stack.ingest], hold),
  'kill-worker': ({ stack }, hold, victim) => kill([stack.workers[victim]], hold),
  'kill-workers': ({ stack }, hold) => kill(stack.workers, hold),
  'kill-handlers': ({ stack }, hold, victim) => kill([stack.handlers[victim]], hold),
  'kill-sender': ({ stack }, hold, victim) => kill([stack.senders[victim]], hold),
  'kill-redis': ({ stack }, hold) => kill([stack.redis], hold),
  'kill-postgres': ({ stack }, hold) => kill([stack.postgres], hold),
  'kill-everything': ({ stack }, hold) =>
    kill([stack.redis, stack.postgres, stack.ingest, ...standbysOf(stack)], hold),
  'freeze-ingest': ({ stack }, hold) => freeze(stack.ingest, hold),
  'freeze-worker': ({ stack }, hold, victim) => freeze(stack.workers[victim], hold),
  'freeze-handlers': ({ stack }, hold, victim) => freeze(stack.handlers[victim], hold),
  'freeze-sender': ({ stack }, hold, victim) => freeze(stack.senders[victim], hold),
  'freeze-sinch': ({ stack }, hold) => freeze(stack.sinch, hold),
  'freeze-redis': ({ stack }, hold) => freeze(stack.redis, hold),
  'freeze-postgres': ({ stack }, hold) => freeze(stack.postgres, hold),
  'cut-redis': ({ stack }, hold) => cut(stack.proxies.redis, hold),
  'cut-postgres': ({ stack }, hold) => cut(stack.proxies.postgres, hold),
  'cut-sinch': ({ stack }, hold) => cut(stack.proxies.sinch, hold),
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

/** Returns the processes that run twice. */
function standbysOf({ workers, handlers, senders }: StackUnderTest): readonly SupervisedProcess[] {
  return [...workers, ...handlers, ...senders];
}

/** Kills all of them at once and starts all at once, in no order: as after a power cut. */
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

/** Makes open connections dead without closing them; those opened later work. */
async function drop(proxy: FaultProxy, hold: Hold): Promise<void> {
  proxy.forget();
  await hold();
}

/** Locks some of the latest messages, which the next reports will update. */
async function lock({ stack }: FaultContext, hold: Hold): Promise<void> {
  const latest = 'SELECT FROM message ORDER BY created_at DESC LIMIT 5 FOR UPDATE SKIP LOCKED';
  const release = await lockRows(stack.databaseUrl, latest);
  try {
    await hold();
  } finally {
    await release();
  }
}

/** Lets Redis run out of memory: it answers, and refuses every write that takes some. */
async function fill({ stack }: FaultContext, hold: Hold): Promise<void> {
  await askRedis(stack.redisUrl, 'CONFIG', 'SET', 'maxmemory', '1');
  try {
    await hold();
  } finally {
    await askRedis(stack.redisUrl, 'CONFIG', 'SET', 'maxmemory', '0');
  }
}

/** Stops Redis until the queue in Postgres has taken at least one callback. */
async function outage({ stack, acknowledged, onFinding }: FaultContext, hold: Hold): Promise<void> {
  await stack.redis.stop();
  const before = acknowledged();
  await hold();
  try {
    const what = 'a callback to be acknowledged without Redis';
    await until(() => acknowledged() > before, { what, timeoutMs: carryTimeoutMs });
  } catch (error) {
    onFinding(`the fallback took no callback: ${String(error)}`);
  }
  await stack.redis.start();
}

/** Stops one process after the other with SIGTERM, and starts a new one in its place. */
async function deploy({ stack, onFinding }: FaultContext, hold: Hold): Promise<void> {
  for (const target of standbysOf(stack)) {
    const exit = await target.stop();
    if (exit.code !== 0)
      onFinding(`${target.name} was stopped and exited with ${describeExit(exit)}`);
    await hold();
    await target.start();
  }
}
