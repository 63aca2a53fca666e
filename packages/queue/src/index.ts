export { type AnswerCount, takeAnswerCounts } from './answer-counts.ts';
export { type BoardQueues, deadQueueOf, openBoardQueues } from './board-queues.ts';
export { type DeadCopy, type LetterToBury, type RecordLetter, withoutQuotes } from './bury.ts';
export { createByteBudget } from './byte-budget.ts';
export {
  adviceFor,
  checkPostgresQueue,
  type PostgresQueueCheck,
} from './check-postgres-queue.ts';
export {
  type Consumer,
  type ConsumerOptions,
  maxFetchedBytes,
  openConsumer,
} from './consumer.ts';
export type { ConsumerTimings } from './consumer-timings.ts';
export { type FallbackWatch, withFallback } from './fallback-producer.ts';
export { type FoundJob, findJobs } from './find-jobs/find-jobs.ts';
export { fitsPattern, type KeyPattern } from './find-jobs/job-pattern.ts';
export { type BackendState, inspectBackend } from './inspect-backend.ts';
export { inspectPartitions, type PartitionCount } from './inspect-partitions.ts';
export type { AttemptRecord } from './job-contract.ts';
export { type LaneStock } from './lane-stock.ts';
export { migrateQueue } from './migrate-queue.ts';
export type { DeadCopiesTarget } from './move-dead-copies.ts';
export { maxPartitions } from './partition-place.ts';
export { openPartitionedProducer } from './partitioned-producer.ts';
export type { HandleEvent, HandleOutcome, JobReport, JobSteps } from './process-job.ts';
export {
  type CallbackProducer,
  type EnqueueOutcome,
  openProducer,
  type ProducerOptions,
} from './producer.ts';
export { maxDeathsOfOneEvent } from './quarantine.ts';
export {
  type JobQueue,
  type QueueBackend,
  type QueueLocation,
} from './queue-backend.ts';
export { type Lane, queueNames } from './queue-names.ts';
export { openQueueView, type QueueView } from './queue-view.ts';
export { type MemoryUse, memoryShare } from './redis-memory.ts';
export { withFallbackStore } from './rejected/fallback-store.ts';
export {
  type KeptCallback,
  type RejectedBounds,
  type RejectedCallback,
  rejectedBounds,
} from './rejected/rejected-callback.ts';
export {
  type KeepOutcome,
  openRejectedStore,
  type RejectedStore,
} from './rejected/rejected-store.ts';
export { openReplayLane, type ReplayLane, type ReplayState } from './replay-lane.ts';
export type { DeathCause, FailureClass } from './retry-policy.ts';
export { createSolitude } from './solitude.ts';
