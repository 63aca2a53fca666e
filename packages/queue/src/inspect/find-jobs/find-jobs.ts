import { withDeadline } from '../../connection/deadline.ts';
import { type JobQueue, openQueue, type QueueLocation } from '../../connection/queue-backend.ts';
import { readJobData } from '../../contract/job-contract.ts';
import { queueNames } from '../../contract/queue-names.ts';
import type { FoundJobId, JobLane, KeyPattern } from './job-ids.ts';
import { findPostgresJobIds } from './postgres-job-ids.ts';
import { findRedisJobIds } from './redis-job-ids.ts';

/** Where an event is in the queues. */
export interface FoundJob extends JobLane {
  readonly eventKey: string;
  readonly replay: number;
  /**
   * `delayed`: it failed and is going to be tried again. `failed`: it is given up, and becomes a
   * dead letter next. `finished`: a worker is done with it; the queue remembers that for a while.
   */
  readonly state: 'waiting' | 'active' | 'delayed' | 'failed' | 'finished';
  /** Failed attempts so far. */
  readonly attempts: number;
  readonly queuedAt: Date;
}

/** For all of it: on Redis it may go through every key once. */
const searchTimeoutMs = 60_000;

/**
 * Looks for the jobs of the events that fit a pattern, in all lanes, without changing anything.
 * @param limit events of a pattern that fits many; some more may come.
 * @throws when the queue does not answer in time.
 */
export async function findJobs(
  location: QueueLocation,
  pattern: KeyPattern,
  limit: number,
  timeoutMs = 5_000,
): Promise<readonly FoundJob[]> {
  const findIds = location.backend.kind === 'redis' ? findRedisJobIds : findPostgresJobIds;
  const ids = await withDeadline(findIds(location, pattern, limit, timeoutMs), searchTimeoutMs);
  const jobs: FoundJob[] = [];
  for (const id of ids.slice(0, limit)) {
    const job = await describe(location, id, timeoutMs);
    if (job !== undefined) jobs.push(job);
  }
  return jobs;
}

/** `undefined` where the job is gone by now. */
async function describe(
  location: QueueLocation,
  { lane, partition, jobId, key: eventKey, replay }: FoundJobId,
  timeoutMs: number,
): Promise<FoundJob | undefined> {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  const place = { ...location, partition };
  // Every call rejects by itself when the connection is broken.
  const queue = openQueue(place, queueNames[lane], policy, () => undefined);
  try {
    const job = await queue.getJob(jobId);
    const state = stateOf(await queue.getJobState(jobId));
    if (!job || state === undefined) return undefined;
    const reading = readJobData(job.data);
    const attempts = reading.kind === 'readable' ? reading.job.attempts.length : job.attemptsMade;
    const queuedAt = new Date(job.timestamp);
    return { lane, partition, eventKey, replay, state, attempts, queuedAt };
  } finally {
    await queue.backend.close(true);
  }
}

function stateOf(
  state: Awaited<ReturnType<JobQueue['getJobState']>>,
): FoundJob['state'] | undefined {
  switch (state) {
    case 'active':
    case 'delayed':
    case 'failed':
      return state;
    case 'waiting':
    case 'prioritized':
    case 'waiting-children':
      return 'waiting';
    case 'completed':
      return 'finished';
    case 'unknown':
      return undefined;
  }
}
