import { type JobQueue, redisOf } from '../connection/queue-backend.ts';

/** How much of a Redis' memory is taken. */
export interface MemoryUse {
  /** What Redis itself compares with its limit. */
  readonly usedBytes: number;
  /** `maxmemory`; 0 when none is set. */
  readonly maxBytes: number;
  /** Of the machine, where the server tells; what it may be killed for where there is no limit. */
  readonly systemBytes: number | undefined;
}

/** `INFO` answers in lines of `name:value` under `# Section` heads. */
export function readInfo(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 && !line.startsWith('#')
      ? [[line.slice(0, colon), line.slice(colon + 1)]]
      : [];
  });
  return new Map(pairs);
}

export function readMemoryUse(info: ReadonlyMap<string, string>): MemoryUse {
  const bytes = (name: string) => Number(info.get(name) ?? 0);
  return {
    // The append-only file's buffer is in use, and not counted against the limit.
    usedBytes: bytes('used_memory') - bytes('mem_not_counted_for_evict'),
    maxBytes: bytes('maxmemory'),
    systemBytes: bytes('total_system_memory') || undefined,
  };
}

/**
 * The share that is taken of what there is: of `maxmemory`, or of the machine's memory where no
 * limit is set, since a process that takes all of that is killed. 0 where neither is known.
 */
export function memoryShare({ usedBytes, maxBytes, systemBytes }: MemoryUse): number {
  const limit = maxBytes || systemBytes;
  return limit === undefined ? 0 : usedBytes / limit;
}

/** `INFO`, asked through a key: a cluster would have any of its nodes answer. */
const infoByKey = "return redis.call('INFO')";

/** What the Redis that holds a queue says of itself. */
export async function readServerInfo(queue: JobQueue): Promise<string> {
  const redis = await redisOf(queue);
  if (!redis.isCluster) return await redis.info();
  return String(await redis.eval(infoByKey, 1, queue.toKey('meta')));
}
