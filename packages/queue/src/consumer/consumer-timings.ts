/** How often a consumer does what it does by itself. */
export interface ConsumerTimings {
  /** A job of a process that died is taken again after its lock has run out. */
  readonly lockDurationMs: number;
  readonly lockRenewalMs: number;
  readonly stalledIntervalMs: number;
  /**
   * Between tries at a command that failed, such as saying that a job is done. Well under the
   * lock's duration, or a short outage would hand finished jobs to another worker.
   */
  readonly commandRetryMs: number;
  readonly quarantineIntervalMs: number;
  /** A trial that was not heard of for so long has ended with its process. */
  readonly trialSilenceMs: number;
  /** Finished jobs are kept for so long, as the first guard against doubles, not as an archive. */
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
