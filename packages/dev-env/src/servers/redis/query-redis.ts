import { connect } from 'node:net';
import { Redis } from 'ioredis';

export interface RedisKey {
  readonly name: string;
  readonly type: string;
  /** Entries of a list, a set, a hash or a stream; characters of a string. */
  readonly size: number;
  /** The value of a string. */
  readonly text: string | undefined;
}

/** Lists every key of this Redis, without paging: for the few keys of a test. */
export async function redisKeys(url: string): Promise<RedisKey[]> {
  const redis = new Redis(url);
  try {
    const names = (await redis.keys('*')).toSorted();
    const types = await Promise.all(names.map((name) => redis.type(name)));
    return await Promise.all(names.map((name, n) => describeKey(redis, name, types[n] ?? 'none')));
  } finally {
    redis.disconnect();
  }
}

async function describeKey(redis: Redis, name: string, type: string): Promise<RedisKey> {
  const text = type === 'string' ? ((await redis.get(name)) ?? '') : undefined;
  return { name, type, text, size: text?.length ?? (await sizeOf(redis, name, type)) };
}

async function sizeOf(redis: Redis, name: string, type: string): Promise<number> {
  switch (type) {
    case 'hash':
      return await redis.hlen(name);
    case 'list':
      return await redis.llen(name);
    case 'set':
      return await redis.scard(name);
    case 'zset':
      return await redis.zcard(name);
    case 'stream':
      return await redis.xlen(name);
    default:
      return 0;
  }
}

/** Lists the names of keys that match a pattern and contain this text, in any type of value. */
export async function redisKeysWith(
  url: string,
  pattern: string,
  text: string,
): Promise<readonly string[]> {
  const redis = new Redis(url);
  try {
    const names = await redis.keys(pattern);
    const values = await Promise.all(names.map(async (name) => await valueOf(redis, name)));
    return names.filter((_, n) => JSON.stringify(values[n]).includes(text));
  } finally {
    redis.disconnect();
  }
}

/** Reads every value of this Redis, of any type, as JSON by key: for a test's own server. */
export async function redisValues(url: string): Promise<ReadonlyMap<string, string>> {
  const redis = new Redis(url);
  try {
    const values = new Map<string, string>();
    for (const name of (await redis.keys('*')).toSorted()) {
      values.set(name, JSON.stringify(await valueOf(redis, name)));
    }
    return values;
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, name: string): Promise<unknown> {
  switch (await redis.type(name)) {
    case 'hash':
      return sortedMembers(await redis.hgetall(name));
    case 'list':
      return await redis.lrange(name, '0', '-1');
    case 'set':
      return await redis.smembers(name);
    case 'zset':
      return await redis.zrange(name, '0', '-1');
    case 'stream':
      return await redis.xrange(name, '-', '+');
    default:
      return await redis.get(name);
  }
}

/** Redis returns the fields of a hash in a different order each time. */
function sortedMembers(fields: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(fields).toSorted();
  return Object.fromEntries(names.map((name) => [name, fields[name] ?? '']));
}

/** Sends one command to a Redis over a connection of its own, and returns its raw answer. */
export async function askRedis(url: string, ...words: readonly string[]): Promise<string> {
  const { hostname, port, password } = new URL(url);
  const commands = [...(password ? [['AUTH', password]] : []), words, ['QUIT']];
  const socket = connect(Number(port), hostname);
  socket.end(commands.map(encode).join(''));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  if (/^-/m.test(answer)) throw new Error(answer);
  return answer;
}

function encode(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}

const answerTimeoutMs = 3_000;

/** @throws when no Redis answers a PING at this address in time. */
export async function assertRedisAnswers(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: answerTimeoutMs,
    commandTimeout: answerTimeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The reason comes with the rejected call; the event would only repeat it.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
