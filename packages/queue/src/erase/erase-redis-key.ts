import type { Cluster, Redis } from 'ioredis';
import { eraseRedisJob, sha1 } from './erase-redis-job.ts';
import type { PassReport, PassRules } from './erasure-rules.ts';

type Client = Redis | Cluster;

/** The entries that are read at once. */
const pageSize = 200;
/** These lists and sets hold the ids of jobs, and no one may take an id out of them. */
const namesOfJobs = new Set(
  ['wait', 'active', 'paused', 'delayed', 'prioritized', 'waiting-children', 'completed'].concat([
    'failed',
    'stalled',
    'marker',
    'repeat',
  ]),
);
/** Erased as a store: its keys have to agree. */
const rejectedStore = /-rejected:(?:order|entries|bytes)$/;

/** The settings of a queue, which BullMQ reads by their names. */
const settings = ':meta';

/** Erases a person from one key, of whatever type, in steps that are bounded in memory. */
export async function eraseRedisKey(
  redis: Client,
  key: string,
  rules: PassRules,
  report: PassReport,
): Promise<void> {
  report.visited();
  if (rejectedStore.test(key) || key.endsWith(settings)) return;
  const type = await redis.type(key);
  if (type === 'hash') return await eraseHash();
  if (type === 'stream') return await eraseStream(redis, key, rules, report);
  if (type === 'string') return await eraseString();
  if (namesOfJobs.has(key.slice(key.lastIndexOf(':') + 1))) return;
  const removed = await removeMembers(redis, key, type, rules);
  if (removed > 0) report.erased('others');

  async function eraseHash(): Promise<void> {
    const [data, timestamp] = await redis.hmget(key, 'data', 'timestamp');
    if (typeof data === 'string' && typeof timestamp === 'string') {
      return await eraseRedisJob(redis, key, await redis.hgetall(key), rules, report);
    }
    if ((await removeFields(redis, key, rules)) > 0) report.erased('others');
  }

  async function eraseString(): Promise<void> {
    if (key.endsWith(':lock') || !rules.matches((await redis.get(key)) ?? '')) return;
    if (rules.mode === 'erase') await redis.del(key);
    report.erased('others');
  }
}

/**
 * Empties a stream that names the person. Redis only marks a single entry as deleted, and would
 * write it into the rewritten append-only file. The entries tell dashboards what just happened;
 * nothing here reads them.
 */
async function eraseStream(
  redis: Client,
  key: string,
  { matches, mode }: PassRules,
  report: PassReport,
): Promise<void> {
  for (let from = '-'; ; ) {
    const entries = await redis.xrange(key, from, '+', 'COUNT', pageSize);
    if (entries.some(([, texts]) => texts.some(matches))) {
      if (mode === 'erase') await redis.xtrim(key, 'MAXLEN', 0);
      return report.erased('events');
    }
    const last = entries.at(-1)?.[0];
    if (last === undefined || entries.length < pageSize) return;
    from = `(${last}`;
  }
}

async function removeFields(
  redis: Client,
  key: string,
  { matches, mode }: PassRules,
): Promise<number> {
  let removed = 0;
  for (let cursor = ''; cursor !== '0'; ) {
    const [next, found] = await redis.hscan(key, cursor || '0', 'COUNT', pageSize);
    for (let at = 0; at < found.length; at += 2) {
      const [name = '', text = ''] = found.slice(at, at + 2);
      if (!matches(name) && !matches(text)) continue;
      removed += mode === 'count' ? 1 : await redis.hdel(key, name);
    }
    cursor = next;
  }
  return removed;
}

async function removeMembers(
  redis: Client,
  key: string,
  type: string,
  rules: PassRules,
): Promise<number> {
  switch (type) {
    case 'list':
      return await removeFromList(redis, key, rules);
    case 'set':
      return await removeFromSet(
        async (cursor) => await redis.sscan(key, cursor, 'COUNT', pageSize),
        async (member) => await redis.srem(key, member),
      );
    case 'zset':
      return await removeFromSet(
        async (cursor) => await scanSorted(redis, key, cursor),
        async (member) => await redis.zrem(key, member),
      );
    default:
      // It expired since it was listed.
      return 0;
  }

  async function removeFromSet(
    scan: (cursor: string) => Promise<[string, string[]]>,
    remove: (member: string) => Promise<number>,
  ): Promise<number> {
    let removed = 0;
    for (let cursor = ''; cursor !== '0'; ) {
      const [next, members] = await scan(cursor || '0');
      for (const member of members.filter(rules.matches)) {
        removed += rules.mode === 'count' ? 1 : await remove(member);
      }
      cursor = next;
    }
    return removed;
  }
}

async function scanSorted(redis: Client, key: string, cursor: string): Promise<[string, string[]]> {
  const [next, found] = await redis.zscan(key, cursor, 'COUNT', pageSize);
  return [next, found.filter((_, index) => index % 2 === 0)];
}

/**
 * Removes the entries of a list with these digests, by a mark that takes their place: the person is
 * in no argument, which a slow log or a monitor would show. A log of a job has few entries.
 * Its first statement lets it run on a Redis that is full.
 */
const removeScript = `
redis.call('DEL', KEYS[1] .. ':nothing')
local isGone = {}
for _, digest in ipairs(ARGV) do isGone[digest] = true end
for at, text in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if isGone[redis.sha1hex(text)] then redis.call('LSET', KEYS[1], at - 1, '(redacted)') end
end
return redis.call('LREM', KEYS[1], 0, '(redacted)')
`;

/** Reads it from its end, so that what it removes moves nothing that is still to be read. */
async function removeFromList(
  redis: Client,
  key: string,
  { matches, mode }: PassRules,
): Promise<number> {
  let removed = 0;
  for (let end = await redis.llen(key); end > 0; end -= pageSize) {
    const texts = await redis.lrange(key, Math.max(0, end - pageSize), end - 1);
    const digests = new Set(texts.filter(matches).map(sha1));
    if (mode === 'count') removed += digests.size;
    else if (digests.size > 0)
      removed += Number(await redis.eval(removeScript, 1, key, ...digests));
  }
  return removed;
}
