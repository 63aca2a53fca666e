import { Cluster, type Redis } from 'ioredis';
import { ignoreError, type QueueLocation } from '../connection/queue-backend.ts';
import { openRedis } from '../connection/redis-client.ts';
import { defaultPrefix } from '../contract/queue-names.ts';
import { eraseRedisKey } from './erase-redis-key.ts';
import type { PassReport, PassRules } from './erasure-rules.ts';

/** The keys that Redis scans in one step; it serves other clients between two steps. */
const scanCount = 1_000;
/** The keys that are read at once: as many bodies are in memory at most. */
const keysAtOnce = 16;

/**
 * Passes once over every key of the queues: of all lanes and partitions, also of those that no
 * process uses any more, and of every type.
 *
 * It goes by keys and not by states. A job stays under its key whatever its state, and Redis
 * returns every key that is there from the beginning of a scan to its end. So a job that moves
 * meanwhile is not missed. Each pass begins at the first key: the cursor of an earlier process is
 * worth nothing once Redis restarts.
 */
export async function eraseRedisPass(
  location: QueueLocation,
  rules: PassRules,
  report: PassReport,
  timeoutMs: number,
): Promise<void> {
  const client = openRedis(location.backend.url, { kind: 'fail-fast', timeoutMs });
  client.on('error', ignoreError);
  try {
    await client.ping();
    const nodes = client instanceof Cluster ? client.nodes('master') : [client];
    for (const node of nodes) {
      for (const glob of globsOf(location)) await passOver(node, glob);
    }
  } finally {
    client.disconnect();
  }

  async function passOver(node: Redis, glob: string): Promise<void> {
    for (let cursor = ''; cursor !== '0'; ) {
      const [next, keys] = await node.scan(cursor || '0', 'MATCH', glob, 'COUNT', scanCount);
      for (let at = 0; at < keys.length; at += keysAtOnce) {
        const some = keys.slice(at, at + keysAtOnce);
        await Promise.all(some.map((key) => eraseRedisKey(client, key, rules, report)));
      }
      cursor = next;
    }
  }
}

/** Matches the keys of partition 0 and of all others: see `queueKey`. */
function globsOf({ prefix = defaultPrefix }: QueueLocation): readonly string[] {
  return [`{${prefix}}:*`, `{${prefix}.*}:*`];
}
