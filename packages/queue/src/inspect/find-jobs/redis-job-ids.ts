import { Cluster, type Redis } from 'ioredis';
import { type QueueLocation, redisQueueKey } from '../../connection/queue-backend.ts';
import { openRedis } from '../../connection/redis-client.ts';
import { maxPartitions, queueNames } from '../../contract/queue-names.ts';
import {
  eventOfJobId,
  type FoundJobId,
  fitsPattern,
  type JobLane,
  type KeyPattern,
} from './job-ids.ts';

/** Keys that Redis looks at between two answers; it serves others in between. */
const scanCount = 2_000;

/**
 * Job ids that fit, at most `limit` and a few: of every lane and of all partitions that there
 * could ever be. A live job that is not finished and whose key is known is looked up; for all
 * others it goes through the keys of the server once, since these have no index.
 */
export async function findRedisJobIds(
  location: QueueLocation,
  pattern: KeyPattern,
  limit: number,
  timeoutMs: number,
): Promise<readonly FoundJobId[]> {
  const client = openRedis(location.backend.url, { kind: 'fail-fast', timeoutMs });
  // Every call rejects by itself when the connection is broken.
  client.on('error', () => undefined);
  try {
    await client.ping();
    const nodes = client instanceof Cluster ? client.nodes('master') : [client];
    const lanes = lanesByPlace(location);
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

/** The live job with this key, unless it is finished: a replay of it may be somewhere. */
async function lookUp(
  client: Redis | Cluster,
  lanes: Lanes,
  eventKey: string | undefined,
): Promise<FoundJobId | undefined> {
  if (eventKey === undefined) return undefined;
  const places = [...lanes].filter(([, { lane }]) => lane === 'live');
  const found = await Promise.all(
    places.map(async ([place]) => {
      const key = `${place}:${eventKey}`;
      const [queuedAt, finishedAt] = await client.hmget(key, 'timestamp', 'finishedOn');
      return queuedAt && !finishedAt ? jobOfKey(key, lanes) : undefined;
    }),
  );
  return found.find((job) => job !== undefined);
}

/** Nothing of a pattern means anything else in a glob. */
function globOf({ beginning = '', digest }: KeyPattern): string {
  return beginning === '' ? `*:*.${digest ?? ''}*` : `*:${beginning}*`;
}

type Lanes = ReadonlyMap<string, JobLane>;

/** What the keys of each queue begin with. */
function lanesByPlace(location: QueueLocation): Lanes {
  const beginning = (name: string, partition: number) => {
    const place = redisQueueKey({ ...location, partition }, name);
    return `${place.prefix}:${place.name}`;
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

/** `{sinch}:sinch-callbacks:<job id>`; a job's other keys go on with a colon. */
function jobOfKey(key: string, lanes: Lanes): FoundJobId | undefined {
  const end = key.lastIndexOf(':');
  const lane = lanes.get(key.slice(0, end));
  const jobId = key.slice(end + 1);
  const event = eventOfJobId(jobId);
  return lane && event && { ...lane, ...event, jobId };
}
