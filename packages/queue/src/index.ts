export {
  type JobQueue,
  type QueueBackend,
  type QueueLocation,
} from './connection/queue-backend.ts';
export { QueueUnavailableError, whileQueueAvailable } from './connection/queue-unavailable.ts';
export { createByteBudget } from './consumer/byte-budget.ts';
export {
  type Consumer,
  type LaneStock,
  maxFetchedBytes,
  openConsumer,
} from './consumer/consumer.ts';
export type { ConsumerOptions, ConsumerTimings } from './consumer/consumer-options.ts';
export type { HandleEvent, HandleOutcome, JobReport, JobSteps } from './consumer/process-job.ts';
export { maxDeathsOfOneEvent } from './consumer/quarantine.ts';
export { createSharedExclusiveLock } from './consumer/shared-exclusive-lock.ts';
export type { AttemptRecord } from './contract/job-contract.ts';
export { type Lane, maxPartitions, queueNames } from './contract/queue-names.ts';
export type { DeathCause, FailureClass } from './contract/retry-policy.ts';
export type { DeadCopiesTarget } from './dead-letters/dead-copies.ts';
export {
  type DeadCopy,
  type NewDeadLetter,
  type RecordLetter,
  withoutQuotes,
} from './dead-letters/dead-letter-event.ts';
export {
  openReplayLane,
  type ReplayLane,
  type ReplayState,
} from './dead-letters/replay-lane.ts';
export { countInQueue, type QueueCount } from './erase/count-in-queue.ts';
export {
  type ErasureProgress,
  type ErasureWaits,
  eraseFromQueue,
  type QueueErasure,
} from './erase/erase-from-queue.ts';
export type { ErasedCounts, ErasedPlace, ErasureRules, JobsLeft } from './erase/erasure-rules.ts';
export { redactJson } from './erase/redact-json.ts';
export type { AppendOnlyFile } from './erase/rewrite-append-only-file.ts';
export { type BoardQueues, deadQueueOf, openBoardQueues } from './inspect/board-queues.ts';
export {
  adviceFor,
  checkPostgresQueue,
  type PostgresQueueCheck,
} from './inspect/check-postgres-queue.ts';
export { type FoundJob, findJobs } from './inspect/find-jobs/find-jobs.ts';
export { fitsPattern, type KeyPattern } from './inspect/find-jobs/job-ids.ts';
export { type BackendState, inspectBackend } from './inspect/inspect-backend.ts';
export { inspectPartitions, type PartitionCount } from './inspect/inspect-partitions.ts';
export { openQueueView, type QueueView } from './inspect/queue-view.ts';
export { type MemoryUse, memoryShare } from './inspect/redis-info.ts';
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
  withFallbackStore,
} from './rejected/rejected-store.ts';
