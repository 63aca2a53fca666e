import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { queueNames } from '../contract/queue-names.ts';
import type { PassReport, PassRules } from './erasure-rules.ts';
import { type JobFields, type JobPart, redactJob } from './redact-job.ts';

/**
 * Replaces fields in one step, unless a worker has the job or a field is another one by now. A
 * worker takes a job and its data in one script, which also sets the lock. So without a lock no
 * worker has the old data in memory.
 *
 * It compares digests, so the person is in no argument, which a slow log or a monitor would show.
 * Its first statement lets it run on a Redis that is full.
 */
const replaceScript = `
redis.call('DEL', KEYS[1] .. ':nothing')
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
for at = 1, #ARGV, 3 do
  local text = redis.call('HGET', KEYS[1], ARGV[at])
  if not text or redis.sha1hex(text) ~= ARGV[at + 1] then return 0 end
end
for at = 1, #ARGV, 3 do redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 2]) end
return 1
`;

/**
 * Erases a person from one job. A job with a lock is left, whatever it holds: its worker may write
 * the body again when the attempt fails, and removes it when it succeeds.
 */
export async function eraseRedisJob(
  redis: Redis | Cluster,
  key: string,
  fields: JobFields,
  rules: PassRules,
  report: PassReport,
): Promise<void> {
  if (!Object.values(fields).some(rules.matches)) return;
  const part = await partOf(redis, key);
  const { changes, left } = redactJob(fields, part, rules, new Date());
  const lock = `${key}:lock`;
  const words = Object.entries(changes).flatMap(([name, text]) => [
    name,
    sha1(fields[name] ?? ''),
    text,
  ]);
  if (words.length > 0) {
    const isReplaced =
      rules.mode === 'count' || (await redis.eval(replaceScript, 2, key, lock, ...words)) === 1;
    if (!isReplaced) return report.left('active');
    report.erased(part);
  }
  if (left !== undefined) report.left((await redis.exists(lock)) === 1 ? 'active' : left);
}

async function partOf(redis: Redis | Cluster, key: string): Promise<JobPart> {
  const end = key.lastIndexOf(':');
  const [queue, jobId] = [key.slice(0, end), key.slice(end + 1)];
  if (queue.endsWith(`:${queueNames.dead}`)) return 'dead';
  return (await redis.zscore(`${queue}:completed`, jobId)) === null ? 'unfinished' : 'finished';
}

/** Returns the digest that Redis' own `sha1hex` does. */
export function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
