export { createLogger, type Logger, type LoggerOptions } from './create-logger.ts';
export { type CallbackReceived, callbackReceived } from './events/callback-received.ts';
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
  type DependencyAway,
  type DependencyLost,
  dependencyLost,
  dependencyRestored,
  dependencyStillAway,
  eventLoopBlocked,
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
export type { Metrics, MetricsText, SignatureSeen } from './metrics/metrics.ts';
