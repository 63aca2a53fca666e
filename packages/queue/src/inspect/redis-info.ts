import { type JobQueue, redisOf } from '../connection/queue-backend.ts';

/** The memory of a Redis that is used, and its limits. */
export interface MemoryUse {
  /** The number that Redis itself compares with its limit. */
  readonly usedBytes: number;
  /** `maxmemory`; 0 when none is set. */
  readonly maxBytes: number;
  /** The machine's memory, where the server reports it: the limit where none is set. */
  readonly systemBytes: number | undefined;
}

/** Parses the answer to `INFO`: lines of `name:value` under `# Section` heads. */
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
    // The append-only file's buffer is used, and does not count against the limit.
    usedBytes: bytes('used_memory') - bytes('mem_not_counted_for_evict'),
    maxBytes: bytes('maxmemory'),
    systemBytes: bytes('total_system_memory') || undefined,
  };
}

/**
 * Computes the used share of `maxmemory`, or of the machine's memory where no limit is set, since a
 * process that uses all of that is killed. 0 where neither is known.
 */
export function memoryShare({ usedBytes, maxBytes, systemBytes }: MemoryUse): number {
  const limit = maxBytes || systemBytes;
  return limit === undefined ? 0 : usedBytes / limit;
}

/** `INFO` by way of a key: without one any node of a cluster would answer. */
const infoByKey = "return redis.call('INFO')";

/** Reads the `INFO` of the Redis that holds a queue. */
export async function readServerInfo(queue: JobQueue): Promise<string> {
  const redis = await redisOf(queue);
  if (!redis.isCluster) return await redis.info();
  return String(await redis.eval(infoByKey, 1, queue.toKey('meta')));
}
