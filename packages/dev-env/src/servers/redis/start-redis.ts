import { randomBytes } from 'node:crypto';
import type { StartedProcess } from '../../processes/start-process.ts';
import { type DebianProgram, fetchDebianProgram, findExecutable } from '../debian-package.ts';
import { type PrivateRedisOptions, type RedisProgram, startPrivateRedis } from './private-redis.ts';
import { assertRedisAnswers } from './query-redis.ts';

/** Sources of a Redis, in the order in which they are tried. */
const redisSources = ['given', 'binary', 'container', 'debian'] as const;
export type RedisSource = (typeof redisSources)[number];

export interface RedisServer {
  readonly kind: RedisSource;
  readonly url: string;
  /** Resolves with its last lines when the server exits; never for a given one. */
  readonly ended: Promise<string>;
  /** Its process, when it was started here as one. */
  readonly process?: StartedProcess;
  /** Stops a server that was started here. Without a `dataDir`, its data is removed. */
  close(): Promise<void>;
}

export interface NoRedis {
  readonly kind: 'unavailable';
  /** The reason for each source. */
  readonly reasons: readonly string[];
  /** The reasons, and advice, for people. */
  readonly message: string;
}

export interface RedisOptions extends PrivateRedisOptions {
  /** The environment with `TEST_REDIS_URL`, `TEST_REDIS_IMAGE` and `PATH`. */
  readonly env?: NodeJS.ProcessEnv;
  /** The sources to try; all when absent. */
  readonly sources?: readonly RedisSource[];
}

type Attempt = RedisServer | { readonly kind: 'none'; readonly reason: string };

const defaultImage = 'redis:7-alpine';

/**
 * Opens a real Redis: the given one, else redis-server or valkey-server from the PATH, else a
 * container, else Debian's package unpacked into a cache. A started one listens on loopback only,
 * has a random password, and stops with this process.
 * @throws when the one given as `TEST_REDIS_URL` does not answer.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer | NoRedis> {
  const reasons: string[] = [];
  for (const source of options.sources ?? redisSources) {
    const attempt = await trySource(source, options, options.env ?? process.env);
    if (attempt.kind !== 'none') return attempt;
    reasons.push(attempt.reason);
  }
  return { kind: 'unavailable', reasons, message: advise(reasons) };
}

async function trySource(
  source: RedisSource,
  options: RedisOptions,
  env: NodeJS.ProcessEnv,
): Promise<Attempt> {
  switch (source) {
    case 'given':
      return takeGiven(env['TEST_REDIS_URL']);
    case 'binary': {
      const path = await findExecutable(['redis-server', 'valkey-server'], env['PATH']);
      if (path === undefined) return none('PATH: neither redis-server nor valkey-server');
      return startProgram('binary', { path }, options);
    }
    case 'container':
      return startRedisContainer(env['TEST_REDIS_IMAGE']).catch((error: unknown) =>
        none(`Docker: ${describe(error)}`),
      );
    case 'debian': {
      const debian = await fetchDebianRedis(env);
      if (debian.kind === 'missing') return none(debian.reason);
      return startProgram('debian', debian.program, options);
    }
  }
}

async function takeGiven(url: string | undefined): Promise<Attempt> {
  if (!url) return none('TEST_REDIS_URL: not set');
  try {
    await assertRedisAnswers(url);
  } catch (error) {
    throw new Error('The Redis of TEST_REDIS_URL does not answer.', { cause: error });
  }
  return { kind: 'given', url, ended: new Promise(() => {}), close: async () => {} };
}

async function startProgram(
  kind: 'binary' | 'debian',
  program: RedisProgram,
  options: PrivateRedisOptions,
): Promise<Attempt> {
  try {
    const server = await startPrivateRedis(program, options);
    const ended = server.process.exited.then(() => server.process.lastLines());
    return { kind, url: server.url, ended, process: server.process, close: () => server.close() };
  } catch (error) {
    return none(`${program.path}: ${describe(error)}`);
  }
}

/**
 * Starts Redis in a container, which keeps no data.
 * @throws when no Docker engine answers or the image cannot be pulled.
 */
export async function startRedisContainer(image = defaultImage): Promise<RedisServer> {
  // Imported here because it takes half a second, and most runs need no container.
  const { startContainer } = await import('../container.ts');
  const password = randomBytes(24).toString('hex');
  const policy = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
  const container = await startContainer({
    image,
    port: 6379,
    command: ['redis-server', '--requirepass', password, ...policy],
  });
  const url = `redis://:${password}@${container.host}:${container.port}`;
  await assertRedisAnswers(url);
  return { kind: 'container', url, ended: new Promise(() => {}), close: () => container.close() };
}

function none(reason: string): Attempt {
  return { kind: 'none', reason };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}

function advise(reasons: readonly string[]): string {
  const looked = reasons.map((reason) => `  - ${reason}`).join('\n');
  return (
    `No Redis found. Looked here:\n${looked}\n` +
    'Install redis-server or valkey-server, start Docker, or set TEST_REDIS_URL.'
  );
}

/** Fetches Debian's or Ubuntu's redis-server without installing it. Never throws. */
async function fetchDebianRedis(env: NodeJS.ProcessEnv): Promise<DebianProgram> {
  const redis = {
    name: 'debian-redis',
    packages: ['redis-server', 'redis-tools'],
    program: 'usr/bin/redis-server',
  };
  return await fetchDebianProgram(redis, env);
}
