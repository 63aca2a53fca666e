import type { QueueLocation } from '../connection/queue-backend.ts';
import type { Lane } from '../contract/queue-names.ts';
import type { DeadCopiesTarget } from '../dead-letters/dead-copies.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { JobSteps } from './process-job.ts';
import type { SharedExclusiveLock } from './shared-exclusive-lock.ts';

export interface ConsumerOptions extends QueueLocation, JobSteps {
  readonly lane: Lane;
  /** The most jobs in progress at once. */
  readonly concurrency: number;
  /** The most jobs a second. Absent: no limit. */
  readonly ratePerSecond?: number;
  /** Called with each connection error. The consumer reconnects by itself. */
  readonly onConnectionError: (error: Error) => void;
  /**
   * Shared by all consumers of a process: a suspect job runs while the process does nothing else.
   */
  readonly trialLock?: SharedExclusiveLock;
  /** Shared by all consumers of a process: the bodies in progress. 64 MiB when absent. */
  readonly bytes?: ByteBudget;
  /** For a queue that Bull Board does not show: the place for copies of its dead letters. */
  readonly deadCopiesTarget?: DeadCopiesTarget;
  /** For tests of what takes long. */
  readonly timings?: Partial<ConsumerTimings>;
}

/** The pauses and limits of a consumer's own work. */
export interface ConsumerTimings {
  /** A job of a process that died is taken again once its lock has expired. */
  readonly lockDurationMs: number;
  readonly lockRenewalMs: number;
  readonly stalledIntervalMs: number;
  /**
   * The pause before a failed command, such as finishing a job, is sent again. Much shorter than
   * the lock's duration: otherwise a short outage would give finished jobs to another worker.
   */
  readonly commandRetryMs: number;
  readonly quarantineIntervalMs: number;
  /** The process of a trial is taken for dead when it has not renewed its mark for so long. */
  readonly trialSilenceMs: number;
  /** How long finished jobs are kept: they are the first guard against doubles, not an archive. */
  readonly keepFinishedMs: number;
}

export const defaultTimings: ConsumerTimings = {
  lockDurationMs: 15_000,
  lockRenewalMs: 7_500,
  stalledIntervalMs: 5_000,
  commandRetryMs: 2_000,
  quarantineIntervalMs: 30_000,
  trialSilenceMs: 120_000,
  keepFinishedMs: 6 * 3_600_000,
};
