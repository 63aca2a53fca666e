export { bufferedDestination } from './buffered-destination.ts';
export { createLogger, type Logger, type LoggerOptions } from './create-logger.ts';
export {
  type AttemptFailed,
  attemptFailed,
  type DeadLettered,
  deadLettered,
  type EventApplied,
  eventApplied,
  type Telemetry,
} from './events/event-outcomes.ts';
export {
  handlerPaused,
  handlersErred,
  handlersLoaded,
  handlersNotLoaded,
  handlersStarted,
  handlersStopped,
  runnerEnded,
  type TaskRunFacts,
  taskRun,
} from './events/handler-events.ts';
export {
  complaintHeard,
  type DependencyAway,
  type DependencyLost,
  eventLoopBlocked,
  type IngestProcessDied,
  type IngestStarted,
  ingestProcessDied,
  ingestStarted,
  ingestStopped,
  ingestStopping,
  processFailed,
  type WorkerStalled,
  type WorkerStarted,
  type WorkerStopped,
  type WorkerStopping,
  workerStalled,
  workerStarted,
  workerStopped,
  workerStopping,
} from './events/process-events.ts';
export { type ReconcileOutcome, reconciled, reconcileOutcomes } from './events/reconcile-events.ts';
export {
  type AdminWrite,
  adminLoginFailed,
  adminWrite,
  type CallbackReceived,
  type CallbacksSummed,
  callbackReceived,
  callbacksSummed,
  type RequestRefused,
  requestRefused,
} from './events/request-events.ts';
export {
  contactNotTreated,
  fileNotRewritten,
  type RetentionOutcome,
  retentionEnded,
  retentionOutcomes,
  retentionStepFailed,
} from './events/retention-events.ts';
export {
  appFailed,
  appRead,
  type MessageSentFacts,
  messageSent,
  messagesExpired,
  messagesFound,
  messagesResent,
  senderErred,
  senderStarted,
  senderStopped,
  sendersLost,
  sendingPaused,
} from './events/sender-events.ts';
export {
  partitionsCreated,
  partitionsFailed,
  postgresQueueUnusable,
  type QueueLeft,
  queueFilling,
  queueLeft,
  queueMemoryEased,
  queueReturned,
} from './events/storage-events.ts';
export { type AddressVariables, explainStart } from './explain-start.ts';
export { lastLineDestination } from './last-line-destination.ts';
export type { Metrics, MetricsText, QueueMemory, SignatureSeen } from './metrics/metrics.ts';
export {
  combineOutages,
  createOutageTracker,
  defaultOutageTimings,
  type OutageFacts,
  type OutageListeners,
  type OutageTimings,
  type OutageTracker,
  trackDependency,
} from './outages/outage-tracker.ts';
export { redactText } from './redact.ts';
