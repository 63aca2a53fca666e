export { createLogger, type Logger, type LoggerOptions } from './create-logger.ts';
export { type AdminWrite, adminLoginFailed, adminWrite } from './events/admin-events.ts';
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
  complaintHeard,
  type DependencyLost,
  dependencyLost,
  dependencyRestored,
  processFailed,
  type WorkerStarted,
  type WorkerStopped,
  type WorkerStopping,
  workerStarted,
  workerStopped,
  workerStopping,
} from './events/process-events.ts';
export type { Metrics, MetricsText, SignatureSeen } from './metrics/metrics.ts';
export { redactText } from './redact.ts';
