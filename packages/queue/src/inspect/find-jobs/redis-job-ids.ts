import { Cluster, type Redis } from 'ioredis';
import { ignoreError, type QueueLocation, redisQueueKey } from '../../connection/queue-backend.ts';
import { openRedis } from '../../connection/redis-client.ts';
import { maxPartitions, queueNames } from '../../contract/queue-names.ts';
import {
  eventOfJobId,
  type FoundJobId,
  fitsPattern,
  type JobLane,
  type KeyPattern,
} from './job-ids.ts';

/** The keys that Redis scans in one step; it serves other clients between two steps. */
const scanCount = 2_000;

/**
 * Finds job ids that match, `limit` or a few more, in every lane and in all possible partitions. An
 * unfinished live job is looked up where the whole key is given. For all others it scans the keys
 * of the server once, since they have no index.
 */
export async function findRedisJobIds(
  location: QueueLocation,
  pattern: KeyPattern,
  limit: number,
  timeoutMs: number,
): Promise<readonly FoundJobId[]> {
  const client = openRedis(location.backend.url, { kind: 'fail-fast', timeoutMs });
  client.on('error', ignoreError);
  try {
    await client.ping();
    const nodes = client instanceof Cluster ? client.nodes('master') : [client];
    const lanes = lanesByKeyPrefix(location);
    const unfinished = await lookUp(client, lanes, pattern.key);
    if (unfinished !== undefined) return [unfinished];
    const glob = globOf(pattern);
    const found = new Map<string, FoundJobId>();
    for (const node of nodes) await scanNode(node, glob);
    return [...found.values()];

    async function scanNode(node: Redis, match: string): Promise<void> {
      for (let cursor = '0'; found.size < limit; ) {
        const [next, keys] = await node.scan(cursor, 'MATCH', match, 'COUNT', scanCount);
        for (const key of keys) {
          const job = jobOfKey(key, lanes);
          if (job !== undefined && fitsPattern(job.key, pattern)) found.set(key, job);
        }
        if (next === '0') return;
        cursor = next;
      }
    }
  } finally {
    client.disconnect();
  }
}

/** Looks up the live job with this key, unless it is finished: then a replay may exist. */
async function lookUp(
  client: Redis | Cluster,
  lanes: Lanes,
  eventKey: string | undefined,
): Promise<FoundJobId | undefined> {
  if (eventKey === undefined) return undefined;
  const live = [...lanes].filter(([, { lane }]) => lane === 'live');
  const found = await Promise.all(
    live.map(async ([prefix]) => {
      const key = `${prefix}:${eventKey}`;
      const [queuedAt, finishedAt] = await client.hmget(key, 'timestamp', 'finishedOn');
      return queuedAt && !finishedAt ? jobOfKey(key, lanes) : undefined;
    }),
  );
  return found.find((job) => job !== undefined);
}

/** Makes a glob. No character of a pattern has a special meaning in it. */
function globOf({ beginning = '', digest }: KeyPattern): string {
  return beginning === '' ? `*:*.${digest ?? ''}*` : `*:${beginning}*`;
}

type Lanes = ReadonlyMap<string, JobLane>;

/** Maps the beginning of each queue's keys to its lane. */
function lanesByKeyPrefix(location: QueueLocation): Lanes {
  const beginning = (name: string, partition: number) => {
    const key = redisQueueKey({ ...location, partition }, name);
    return `${key.prefix}:${key.name}`;
  };
  const live = Array.from({ length: maxPartitions }, (_, partition) => partition);
  return new Map<string, JobLane>([
    [beginning(queueNames.replay, 0), { lane: 'replay', partition: 0 }],
    [beginning(queueNames.dead, 0), { lane: 'dead', partition: 0 }],
    ...live.map(
      (partition) => [beginning(queueNames.live, partition), { lane: 'live', partition }] as const,
    ),
  ]);
}

/** Parses `{sinch}:sinch-callbacks:<job id>`. A job's other keys have a colon after the id. */
function jobOfKey(key: string, lanes: Lanes): FoundJobId | undefined {
  const end = key.lastIndexOf(':');
  const lane = lanes.get(key.slice(0, end));
  const jobId = key.slice(end + 1);
  const event = eventOfJobId(jobId);
  return lane && event && { ...lane, ...event, jobId };
}
