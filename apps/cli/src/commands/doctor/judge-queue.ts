import {
  adviceFor,
  type BackendState,
  memoryShare,
  type PartitionCount,
  type PostgresQueueCheck,
} from '@sinch-callbacks/queue';
import { showBytes } from '../../terminal/format.ts';
import { type Check, failure, ok, warning } from './check.ts';

type RedisState = Extract<BackendState, { kind: 'redis' }>;

/** BullMQ refuses older versions. */
const leastRedis = '5.0.0';
/** The oldest version that the tests run against. */
const testedRedis = '7.0.0';

/** @param place the server's address as it may be shown. */
export function judgeQueue(state: BackendState, place: string): Check[] {
  switch (state.kind) {
    case 'unreachable': {
      const advice = 'Start it, or correct REDIS_URL (DATABASE_URL where there is no Redis).';
      return [failure('queue server', `${place} cannot be reached: ${state.reason}`, advice)];
    }
    case 'postgres':
      return [ok('queue server', `Postgres ${state.version} at ${place} (no REDIS_URL)`)];
    case 'redis':
      return [
        judgeVersion(state, place),
        judgeEviction(state),
        judgeAppendOnly(state),
        ...(state.appendOnly === false ? [] : [judgeAppendFsync(state)]),
        judgeMemory(state),
      ];
  }
}

function judgeVersion({ version, masters }: RedisState, place: string): Check {
  const cluster = masters === undefined ? '' : ` Cluster of ${masters} masters`;
  const found = `Redis ${version}${cluster} at ${place}`;
  if (isOlderThan(version, leastRedis)) {
    return failure('queue server', found, `Upgrade it: BullMQ needs ${leastRedis} or newer.`);
  }
  if (isOlderThan(version, testedRedis)) {
    return warning('queue server', found, `Upgrade it: nothing before ${testedRedis} is tested.`);
  }
  return ok('queue server', found);
}

function judgeEviction({ maxmemoryPolicy: policy }: RedisState): Check {
  if (policy === 'noeviction') return ok('eviction', policy);
  if (policy === undefined) {
    const advice = "Make sure in its provider's settings that maxmemory-policy is noeviction.";
    return warning('eviction', 'the server does not report its policy', advice);
  }
  const message = `maxmemory-policy is ${policy}: queued events vanish when memory runs short`;
  const advice = 'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.';
  return failure('eviction', message, advice);
}

function judgeAppendOnly({ appendOnly }: RedisState): Check {
  if (appendOnly) return ok('append-only file', 'on');
  if (appendOnly === undefined) {
    const advice = "Make sure in its provider's settings that the append-only file is on.";
    return warning('append-only file', 'the server does not report it', advice);
  }
  const message = 'off: a crash of Redis loses callbacks that were answered 200';
  return failure(
    'append-only file',
    message,
    'CONFIG SET appendonly yes, and the same in redis.conf.',
  );
}

/** Checks the fsync policy: Sinch does not send a callback again that was answered 200. */
function judgeAppendFsync({ appendFsync }: RedisState): Check {
  const name = 'append-only fsync';
  const advice = 'CONFIG SET appendfsync always, and the same in redis.conf.';
  switch (appendFsync) {
    case 'always':
      return ok(name, 'always: what was answered 200 survives a power cut of this server');
    case 'everysec': {
      const message = 'everysec: a power cut loses up to two seconds of callbacks that got 200';
      return warning(name, message, `Where a 200 must survive one: ${advice}`);
    }
    case 'no': {
      const message = 'no: a power cut loses what the system had not written, up to half a minute';
      return failure(name, message, advice);
    }
    case 'unknown': {
      const message = 'unknown: the server refuses CONFIG';
      const inProvider =
        'Ask its provider: with everysec, a power cut loses up to two seconds of callbacks that ' +
        'got 200, and so may a failover to a replica.';
      return warning(name, message, inProvider);
    }
  }
}

/** From 90 % on, ingest queues on Postgres; without Postgres, Redis refuses it at 100 %. */
const fullShare = 0.9;
const fillingShare = 0.7;

function judgeMemory({ memory }: RedisState): Check {
  const { usedBytes, maxBytes, systemBytes } = memory;
  const share = memoryShare(memory);
  const limit = maxBytes || systemBytes;
  const message =
    limit === undefined
      ? `${showBytes(usedBytes)} used, no limit set`
      : `${Math.round(share * 100)} % used: ${showBytes(usedBytes)} of ${showBytes(limit)}` +
        (maxBytes === 0 ? ', all that the machine has: no limit is set' : '');
  const remedy = maxBytes === 0 ? 'Give the machine more memory' : 'Raise maxmemory';
  if (share >= fullShare) {
    const advice =
      `${remedy} now: a full Redis takes no callback, and ingest queues them on Postgres, or ` +
      'answers 503 where it has no DATABASE_URL.';
    return failure('memory', message, advice);
  }
  if (share >= fillingShare) {
    const advice = `${remedy}, or see why the queue grows: is a worker running, and does it keep up?`;
    return warning('memory', message, advice);
  }
  return ok('memory', message);
}

/** @param beyond partitions with jobs in them that a worker with this setting does not read. */
export function judgePartitions(partitions: number, beyond: readonly PartitionCount[]): Check {
  const last = beyond.at(-1);
  if (last === undefined) return ok('partitions', `${partitions} (QUEUE_PARTITIONS)`);
  const jobs = beyond.reduce((sum, { jobs: some }) => sum + some, 0);
  const names = beyond.map(({ name }) => name).join(', ');
  const message =
    `QUEUE_PARTITIONS is ${partitions} here, and ${jobs} jobs wait in others: ` + names;
  const needed = last.partition + 1;
  const advice =
    `Workers need QUEUE_PARTITIONS=${needed} or more until those are done; ` +
    'nothing is lost meanwhile.';
  return warning('partitions', message, advice);
}

/** @param place the server's address as it may be shown. */
export function judgePostgresQueue(check: PostgresQueueCheck, place: string): Check {
  const name = 'queue on Postgres';
  if (check.kind === 'usable') return ok(name, `can be used at ${place}`);
  const advice = adviceFor(check.kind);
  return failure(
    name,
    `cannot be used at ${place}: ${check.reason}`,
    `${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`,
  );
}

/** Compares `1.2.3` as numbers. A version that does not begin with a number counts as new. */
export function isOlderThan(version: string, least: string): boolean {
  if (!/^\d/.test(version)) return false;
  const [have, want] = [version, least].map((text) => text.split('.').map(Number.parseFloat));
  for (const [place, wanted] of (want ?? []).entries()) {
    const part = have?.[place] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
