import { withDeadline } from '../../connection/deadline.ts';
import {
  ignoreError,
  type JobQueue,
  openQueue,
  type QueueLocation,
} from '../../connection/queue-backend.ts';
import { readJobData } from '../../contract/job-contract.ts';
import { queueNames } from '../../contract/queue-names.ts';
import type { FoundJobId, JobLane, KeyPattern } from './job-ids.ts';
import { findPostgresJobIds } from './postgres-job-ids.ts';
import { findRedisJobIds } from './redis-job-ids.ts';

/** An event's place and state in the queues. */
export interface FoundJob extends JobLane {
  readonly eventKey: string;
  readonly replay: number;
  /**
   * `delayed`: it failed and will be retried. `failed`: it will not be retried, and becomes a dead
   * letter next. `finished`: a worker has finished it; the queue keeps that for a while.
   */
  readonly state: 'waiting' | 'active' | 'delayed' | 'failed' | 'finished';
  /** The failed attempts so far. */
  readonly attempts: number;
  readonly queuedAt: Date;
}

/** The limit for the whole search: on Redis it may read every key once. */
const searchTimeoutMs = 60_000;

/**
 * Finds the jobs of the events that match a pattern, in all lanes, without changing anything.
 * @param limit the most jobs that are returned.
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

/** @returns undefined when the job is gone by now. */
async function describe(
  location: QueueLocation,
  { lane, partition, jobId, key: eventKey, replay }: FoundJobId,
  timeoutMs: number,
): Promise<FoundJob | undefined> {
  const policy = { kind: 'fail-fast', timeoutMs } as const;
  const queue = openQueue({ ...location, partition }, queueNames[lane], policy, ignoreError);
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
