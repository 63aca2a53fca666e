export type { AtSinch } from './erase/erase-at-sinch.ts';
export {
  continueErasures,
  type ErasurePreview,
  type ErasureResult,
  type ErasureResults,
  type ErasureTools,
  eraseDeletedContact,
  erasePerson,
  type PreviewTools,
  previewErasure,
  type QueuesErased,
} from './erase/erase-person.ts';
export { countQueues, eraseQueues, type StaleFile } from './erase/erase-queues.ts';
export { ErasureLogError } from './erase/erasure-lines.ts';
export { type ErasureLogState, inspectErasureLog, requireErasureLog } from './erase/erasure-log.ts';
export { type LiftResult, liftErasure } from './erase/lift-erasure.ts';
export { type ReappliedErasures, reapplyErasures } from './erase/reapply-erasures.ts';
export type { FailedErasure } from './erase/run-each.ts';
export { cancelLetterRun, type Withdrawal, type WithdrawalCounts } from './letters/cancel-run.ts';
export type { LetterResult, LetterTools, RedactText, RunTools } from './letters/letter-result.ts';
export { AmbiguousKeyError, type LetterSelection } from './letters/letter-selection.ts';
export { replayLetter } from './letters/replay-letter.ts';
export {
  type OnLetter,
  performRun,
  previewRun,
  type RunEnd,
  type RunToStart,
  startRun,
  takeUpRun,
} from './letters/run-letters.ts';
export {
  type ReplayedLetter,
  type SettledAs,
  waitForReplays,
} from './letters/wait-for-replays.ts';
export { type Probe, probePage, whyUnanswered } from './receivers/probe-page.ts';
export { probeSecrets, type SecretProbe, type SecretsToProbe } from './receivers/probe-secrets.ts';
export { type KeptMessages, type KeptStore, readKept } from './reconcile/read-kept.ts';
export {
  findingKinds,
  latestEnd,
  type ReconcileEnd,
  type ReconcileFinding,
  type ReconcileRange,
  type ReconcileTools,
  reconcile,
} from './reconcile/reconcile.ts';
export {
  type Rechecked,
  type RecheckWork,
  type RejectedCalls,
  recheckAll,
  rejectedCalls,
} from './rejected/recheck.ts';
export { replayUnhandled, type UnhandledToReplay } from './requeue/replay-unhandled.ts';
export { type Requeued, type RequeueTools, requeueLetters } from './requeue/requeue-letters.ts';
export { agreedTime, ClocksDifferError } from './retention/agreed-time.ts';
export { countRetention } from './retention/count-retention.ts';
export {
  hasRetention,
  planRetention,
  type RetentionPlan,
  type RetentionSchedule,
  retainedTables,
  scheduleText,
} from './retention/plan-retention.ts';
export {
  countToPrune,
  minAgeDays,
  type PruneAges,
  type PruneCounts,
  type PruneCutoffs,
  type Pruned,
  type PrunePlan,
  planPrune,
  prune,
} from './retention/prune.ts';
export type { RetainedRows } from './retention/retained-rows.ts';
export {
  type EraseContact,
  type FailedStep,
  type RetentionEnd,
  type RetentionStep,
  type RetentionWork,
  retentionLimits,
  runRetention,
} from './retention/run-retention.ts';
export { consentQuestionOf, findQuestionOf } from './search/find-question.ts';
export { readTypedKey } from './search/typed-key.ts';
export {
  cancelTaskRun,
  type OnTasks,
  performTaskRun,
  startTaskRun,
  type TaskRunEnd,
  type TaskRunToStart,
  takeUpTaskRun,
} from './tasks/run-tasks.ts';
export type { WebhookChange, WebhookTools } from './webhooks/change-webhooks.ts';
export {
  type CreationResult,
  createWebhook,
  deleteWebhook,
  type EditResult,
  listWebhooks,
  type NewWebhook,
  updateWebhook,
  type WebhookEditing,
} from './webhooks/edit-webhooks.ts';
export { type AppFacts, type AppInspection, inspectApp } from './webhooks/inspect-app.ts';
export type { RotationPlan, RotationRefusal } from './webhooks/plan-rotation.ts';
export {
  type Difference,
  isPlaceholderSecret,
  maxWebhooks,
  type SyncPlan,
  type WantedWebhook,
  type WebhookRefusal,
} from './webhooks/plan-sync.ts';
export {
  planSecretRotation,
  type RotationResult,
  rotateSecret,
} from './webhooks/rotate-secret.ts';
export {
  planWebhookSync,
  type SyncOptions,
  type SyncResult,
  syncWebhook,
} from './webhooks/sync-webhook.ts';
export {
  isSameTarget,
  type SecretFacts,
  showTarget,
  type WebhookFacts,
} from './webhooks/webhook-facts.ts';
