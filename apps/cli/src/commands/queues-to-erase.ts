import type { StaleFile } from '@sinch-callbacks/operations';
import type { JobsLeft, QueueLocation } from '@sinch-callbacks/queue';
import { UsageError } from '../failure.ts';
import { showUrl } from '../settings/hide-secrets.ts';
import { environmentName, type Settings } from '../settings/read-settings.ts';
import { counted } from '../terminal/format.ts';

interface RedisChoice {
  /** False with --no-redis. */
  readonly redis: boolean;
}

/** Lists the queues that an erasure goes through: the fallback first, since copies move from it. */
export function queuesOf({
  fallbackQueue,
  queue,
  queuePrefix: prefix,
}: Settings): readonly QueueLocation[] {
  return [fallbackQueue, queue].flatMap((given) =>
    given === undefined ? [] : [{ backend: given.value, prefix }],
  );
}

/**
 * Refuses to take the database for the only queue unless --no-redis says so: the person would stay
 * in a Redis that is not named here.
 * @throws UsageError.
 */
export function requireAllQueues({ queue }: Settings, { redis }: RedisChoice): void {
  const isRedis = queue?.value.kind === 'redis';
  if (isRedis && !redis) throw new UsageError('REDIS_URL is set: leave out --no-redis');
  if (isRedis || !redis || queue?.from !== environmentName) return;
  throw new UsageError(
    'REDIS_URL is not set: set it as for ingest and worker, and QUEUE_PREFIX too, or the person ' +
      'stays in Redis. Where there is none, say --no-redis',
  );
}

/** Names the queues that an erasure goes through, without their passwords. */
export function queueNames(settings: Settings): readonly string[] {
  return queuesOf(settings).map(({ backend, prefix }) => `${showUrl(backend.url)} ${prefix}`);
}

/** Says what jobs are left. A worker that is down or busy is the usual reason. */
export function leftNote({ active, waiting }: JobsLeft): string {
  if (active + waiting === 0) return 'a queue did not come to rest: run the same command again';
  return (
    `${counted(waiting, 'job')} of the person wait, and workers have ${active}: they lose their ` +
    'bodies when they are applied. See that a worker runs, then run the same command again'
  );
}

/** Says why an append-only file may still hold the person. */
export function fileNote(file: StaleFile): string {
  return `${stateOf(file)} Until it is rewritten, it may hold the person: docs/privacy.md`;
}

function stateOf(file: StaleFile): string {
  switch (file.kind) {
    case 'begun':
      return 'Redis has begun to rewrite its append-only file, and does not show when it ends.';
    case 'unfinished':
      return 'Redis is still rewriting its append-only file.';
    case 'not-begun':
      return 'another rewrite of the append-only file was in progress, and Redis began no new one.';
    case 'refused':
      return `Redis refused to rewrite its append-only file (${file.reason}).`;
    case 'failed':
      return `Redis could not rewrite its append-only file (${file.reason}).`;
  }
}
