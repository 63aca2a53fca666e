import { type JobQueue, redisOf } from '../connection/queue-backend.ts';

/** The number of times that ingest gave one answer. */
export interface AnswerCount {
  readonly status: number;
  readonly outcome: string;
  /** Empty where there is none. */
  readonly cause: string;
  readonly count: number;
}

/** The hash of the counts, beside the live queue and on the same master. */
const keyType = 'answers';

/** Adds to the counts. @throws when Redis refuses some of them; others may be added then. */
export async function addAnswerCounts(
  queue: JobQueue,
  counts: readonly AnswerCount[],
): Promise<void> {
  const pipeline = (await redisOf(queue)).pipeline();
  const key = queue.toKey(keyType);
  for (const { status, outcome, cause, count } of counts) {
    pipeline.hincrby(key, `${status} ${outcome} ${cause}`, count);
  }
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

/**
 * Takes the counts and removes them. Several workers that do so get all of them together, and none
 * twice. An unreadable count is dropped. @throws when Redis does not answer.
 */
export async function takeAnswerCounts(queue: JobQueue): Promise<readonly AnswerCount[]> {
  const key = queue.toKey(keyType);
  const replies = await (await redisOf(queue)).multi().hgetall(key).del(key).exec();
  const [error, fields] = replies?.[0] ?? [];
  if (error) throw error;
  return Object.entries(fields ?? {}).flatMap(([name, count]) => {
    const [, status, outcome = '', cause = ''] = /^(\d{3}) ([a-z-]+) (\S*)$/.exec(name) ?? [];
    if (status === undefined) return [];
    return [{ status: Number(status), outcome, cause, count: Number(count) || 0 }];
  });
}
