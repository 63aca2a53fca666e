export {
  type JobQueue,
  type QueueBackend,
  type QueueLocation,
} from './connection/queue-backend.ts';
export { createByteBudget } from './consumer/byte-budget.ts';
export {
  type Consumer,
  type ConsumerOptions,
  maxFetchedBytes,
  openConsumer,
} from './consumer/consumer.ts';
export type { ConsumerTimings } from './consumer/consumer-timings.ts';
export { type LaneStock } from './consumer/lane-stock.ts';
export type { HandleEvent, HandleOutcome, JobReport, JobSteps } from './consumer/process-job.ts';
export { maxDeathsOfOneEvent } from './consumer/quarantine.ts';
export { createSharedExclusiveLock } from './consumer/shared-exclusive-lock.ts';
export type { AttemptRecord } from './contract/job-contract.ts';
export { maxPartitions } from './contract/queue-key.ts';
export { type Lane, queueNames } from './contract/queue-names.ts';
export type { DeathCause, FailureClass } from './contract/retry-policy.ts';
export {
  type DeadCopy,
  type NewDeadLetter,
  type RecordLetter,
  withoutQuotes,
} from './dead-letters/dead-letter-event.ts';
export type { DeadCopiesTarget } from './dead-letters/move-dead-copies.ts';
export {
  openReplayLane,
  QueueUnavailableError,
  type ReplayLane,
  type ReplayState,
} from './dead-letters/replay-lane.ts';
export type { BackendState } from './inspect/backend-state.ts';
export { type BoardQueues, deadQueueOf, openBoardQueues } from './inspect/board-queues.ts';
export {
  adviceFor,
  checkPostgresQueue,
  type PostgresQueueCheck,
} from './inspect/check-postgres-queue.ts';
export { type FoundJob, findJobs } from './inspect/find-jobs/find-jobs.ts';
export { fitsPattern, type KeyPattern } from './inspect/find-jobs/job-pattern.ts';
export { inspectBackend } from './inspect/inspect-backend.ts';
export { inspectPartitions, type PartitionCount } from './inspect/inspect-partitions.ts';
export { openQueueView, type QueueView } from './inspect/queue-view.ts';
export { type MemoryUse, memoryShare } from './inspect/redis-memory.ts';
export { migrateQueue } from './migrate-queue.ts';
export { type AnswerCount, takeAnswerCounts } from './producer/answer-counts.ts';
export { type FallbackWatch, withFallback } from './producer/fallback-producer.ts';
export { openPartitionedProducer } from './producer/partitioned-producer.ts';
export {
  type CallbackProducer,
  type EnqueueOutcome,
  openProducer,
  type ProducerOptions,
} from './producer/producer.ts';
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
