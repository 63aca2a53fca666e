import * as z from 'zod';
import { ignoreError, type QueueLocation, redisQueueKey } from '../connection/queue-backend.ts';
import { openRedis } from '../connection/redis-client.ts';
import { queueNames } from '../contract/queue-names.ts';
import type { RejectedStorage } from './rejected-storage.ts';

/**
 * The part of both scripts that drops an entry. There are three keys beside the queue's: ids by
 * rank, entries by id, and the bytes of all entries. Ids of one rank have one score, so Redis sorts
 * them as texts, which is by time.
 */
const dropEntry = `
local order, entries, total = KEYS[1], KEYS[2], KEYS[3]
local function drop(id)
  -- A full Redis refuses DECRBY, unless the script has written before.
  local bytes = redis.call('HSTRLEN', entries, id)
  redis.call('HDEL', entries, id)
  redis.call('DECRBY', total, bytes)
  return redis.call('ZREM', order, id)
end
`;

/** One script adds and drops, so that the limits hold at every moment. */
const putScript = `${dropEntry}
local id, rank, text, fromId = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local maxEntries, maxTotalBytes, maxAgeMs = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
if redis.call('HSETNX', entries, id, text) == 1 then
  redis.call('ZADD', order, rank, id)
  redis.call('INCRBY', total, #text)
end
for eachRank = 0, 1 do
  local function oldest()
    return redis.call('ZRANGEBYSCORE', order, eachRank, eachRank, 'LIMIT', 0, 1)[1]
  end
  local old = oldest()
  while old and old < fromId do
    drop(old)
    old = oldest()
  end
end
while redis.call('ZCARD', order) > maxEntries
  or tonumber(redis.call('GET', total) or 0) > maxTotalBytes do
  local first = redis.call('ZRANGE', order, 0, 0)[1]
  if not first then
    redis.call('DEL', total)
    break
  end
  drop(first)
end
-- No entry is newer than now: when none is added any more, all expire together.
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, maxAgeMs) end
return redis.call('HEXISTS', entries, id)
`;

const removeScript = `${dropEntry}
return drop(ARGV[1])
`;

const texts = z.array(z.string().nullable());

/** Opens the storage on Redis. Its own connection fails within about `timeoutMs`. */
export function openRedisStorage(location: QueueLocation, timeoutMs: number): RejectedStorage {
  const redis = openRedis(location.backend.url, { kind: 'fail-fast', timeoutMs });
  redis.on('error', ignoreError);
  // All partitions share one store.
  const { prefix, name } = redisQueueKey({ ...location, partition: 0 }, queueNames.live);
  const base = `${prefix}:${name}-rejected`;
  const [order, entries, total] = [`${base}:order`, `${base}:entries`, `${base}:bytes`] as const;

  async function idsFrom(fromId: string): Promise<string[]> {
    const ids = await redis.zrange(order, '0', '-1');
    return ids.filter((id) => id >= fromId).toSorted();
  }

  return {
    async put({ id, rank, text }, { fromId, maxEntries, maxTotalBytes, maxAgeMs }) {
      const limits = [fromId, maxEntries, maxTotalBytes, maxAgeMs];
      const words = [id, rank, text, ...limits].map(String);
      return (await redis.eval(putScript, 3, order, entries, total, ...words)) === 1;
    },
    async read({ limit, fromId, after }) {
      const all = await idsFrom(fromId);
      const ids = all.filter((id) => after === undefined || id > after).slice(0, limit);
      if (ids.length === 0) return [];
      const found = texts.parse(await redis.hmget(entries, ...ids));
      return ids.flatMap((id, index) => {
        const text = found[index];
        // The entry was removed since its id was read.
        return typeof text === 'string' ? [{ id, text }] : [];
      });
    },
    find: async (id) => (await redis.hget(entries, id)) ?? undefined,
    remove: async (id) => (await redis.eval(removeScript, 3, order, entries, total, id)) === 1,
    ids: idsFrom,
    async disconnect() {
      redis.disconnect();
      await Promise.resolve();
    },
  };
}
