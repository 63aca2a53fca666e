import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BackendFactory,
  type ConnectionOptions,
  type IQueueBackend,
  isNotConnectionError,
  type JobProgress,
  type Processor,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { JobData, QueueJob } from '../contract/job-contract.ts';

/** The longest wait for the next job. On Redis BullMQ itself waits no longer. */
const longestWaitSeconds = 10;

/** A listener for the jobs that a worker fetches and finishes. */
export interface JobTracker {
  jobFetched(job: QueueJob): void;
  /** Called once for each job, before another is fetched in its place. */
  jobFinished(job: QueueJob): void;
}

/**
 * A BullMQ worker that waits after the server refused it a job, as a Redis without memory does.
 * BullMQ waits after a broken connection. After a refusal it asks again at once, thousands of times
 * a second for as long as the outage lasts.
 */
export class BackoffWorker<B extends IQueueBackend, C = ConnectionOptions> extends Worker<
  JobData,
  void,
  string,
  B,
  JobProgress,
  C
> {
  /**
   * Limits a wait on Postgres, where BullMQ waits until the next job is due, for up to an hour.
   * For that long it would not notice that notifications have stopped.
   */
  override get maximumBlockTimeout(): number {
    return Math.min(super.maximumBlockTimeout, longestWaitSeconds);
  }

  readonly #stop = new AbortController();
  readonly #tracker: JobTracker | undefined;
  #isRefused = false;

  constructor(
    name: string,
    processJob: Processor<JobData, void>,
    options: WorkerOptions<C>,
    backend: BackendFactory<B, C>,
    tracker?: JobTracker,
  ) {
    super(name, processJob, options, backend);
    this.#tracker = tracker;
  }

  /** True when the server could not be used at the last request for a job. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  override async pause(doNotWaitActive?: boolean): Promise<void> {
    this.#stop.abort();
    await super.pause(doNotWaitActive);
  }

  override async close(force?: boolean): Promise<void> {
    this.#stop.abort();
    await super.close(force);
  }

  protected override async moveToActive(token: string, name?: string) {
    try {
      const job = await super.moveToActive(token, name);
      this.#isRefused = false;
      return job;
    } catch (error) {
      this.#isRefused = error instanceof Error && isUnavailable(error);
      if (this.#stop.signal.aborted || !(error instanceof Error)) throw error;
      if (!isNotConnectionError(error)) throw error;
      this.emit('error', error);
      await this.#waitAfterRefusal();
      // BullMQ's value for no job this time.
      return undefined as never;
    }
  }

  protected override async nextJobFromJobData(
    ...given: Parameters<Worker<JobData, void>['nextJobFromJobData']>
  ) {
    const job = await super.nextJobFromJobData(...given);
    // BullMQ's type does not say that there may be none.
    if ((job as QueueJob | undefined) !== undefined) this.#tracker?.jobFetched(job);
    return job;
  }

  override async processJob(job: QueueJob, token: string, mayFetchNext = () => true) {
    let isFinished = false;
    const finish = () => {
      if (!isFinished) this.#tracker?.jobFinished(job);
      isFinished = true;
    };
    try {
      return await super.processJob(job, token, () => {
        finish();
        return mayFetchNext();
      });
    } finally {
      finish();
    }
  }

  async #waitAfterRefusal(): Promise<void> {
    const { signal } = this.#stop;
    try {
      await sleep(this.opts.runRetryDelay, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** Redis accepts no writes: a replica, out of memory, a full disk, or still loading. */
const refusals = /\b(?:READONLY|OOM|MISCONF|LOADING|NOREPLICAS|MASTERDOWN|CLUSTERDOWN)\b/;
const brokenConnection =
  /ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|Connection (?:is closed|terminated)|Socket timeout|Query read timeout|timeout exceeded when trying to connect|Failed to refresh slots cache|Too many Cluster redirections|None of startup nodes is available|Cluster is ended/;
/** Postgres: connection, read-only, resources, shutting down or starting up, I/O. */
const unusableSqlStates = /^(?:08|25006|53|57|58)/;

/** Recognises an error which means that the queue's server cannot be used now for anything. */
export function isUnavailable(error: Error): boolean {
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' && unusableSqlStates.test(code)) return true;
  return refusals.test(error.message) || brokenConnection.test(`${String(code)} ${error.message}`);
}
