export type { DatabaseLimits } from './database.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export {
  type DeadLetterGroup,
  groupDeadLetters,
  measureOpenLetters,
  type OpenLetters,
} from './dead-letters/count-dead-letters.ts';
export type {
  AttemptRecord,
  DeadLetter,
  DeadLetterFilter,
  DeadLetterRecord,
  DeadLetterSummary,
} from './dead-letters/dead-letter.ts';
export { isReplayPending } from './dead-letters/dead-letter.ts';
export {
  countDeadLetters,
  findDeadLetter,
  listDeadLetters,
} from './dead-letters/find-dead-letters.ts';
export { findKeysByPrefix, listSettledLetters } from './dead-letters/list-keys.ts';
export { type RecordOutcome, recordDeadLetter } from './dead-letters/record-dead-letter.ts';
export type {
  DeadLetterRun,
  RunAction,
  RunFilter,
  RunState,
} from './dead-letters/runs/dead-letter-run.ts';
export {
  cancelRun,
  endRun,
  findRun,
  listRuns,
  openRun,
  type RunToOpen,
  resumeRun,
} from './dead-letters/runs/dead-letter-run.ts';
export {
  discardDeadLetters,
  noteDiscard,
  notePassedBy,
  noteReplay,
  type RunStep,
  type StepOutcome,
} from './dead-letters/runs/step-run.ts';
export {
  keepAttempts,
  listQueuedByRun,
  noteWithdrawn,
} from './dead-letters/runs/withdraw-replays.ts';
export { countToErase, eraseTables, type OnErasedPage } from './erase/erase-tables.ts';
export { asDigested, createErasureKeys, type ErasureKeys } from './erase/erasure-keys.ts';
export {
  beginErasure,
  type ErasureRequest,
  type ErasureToBegin,
  findRunningById,
  findRunningErasure,
  finishErasure,
  listRunningErasures,
  noteErasureCounts,
  type RunningErasure,
  typedDigests,
} from './erase/erasures.ts';
export { findByDigests } from './erase/find-by-digests.ts';
export { isErasedListEmpty } from './erase/find-erased.ts';
export {
  findErasedIds,
  findSinchIds,
  type SinchIds,
  type SinchStore,
} from './erase/find-sinch-ids.ts';
export {
  type ErasureRecords,
  findTypedErasures,
  liftErasures,
  listSettledErasures,
  readErasureRecords,
} from './erase/lift-erasures.ts';
export {
  digestsOf,
  type FoundPerson,
  findPerson,
  type OtherContacts,
  type Person,
  type PersonKey,
  TooManyIdsError,
} from './erase/person.ts';
export { renewStatistics } from './erase/renew-statistics.ts';
export { refuseOtherKey, requireSameKey, usedKeyId } from './erase/require-same-key.ts';
export { findRunningContacts } from './erase/running-contacts.ts';
export { type SearchTexts, searchTextsOf } from './erase/search-texts.ts';
export { findPersonAgain, widenErasure } from './erase/widen-erasure.ts';
export { digestOfEvent } from './event-digest.ts';
export {
  classifyFailure,
  DatabaseUnavailableError,
  ErasureTakenOverError,
  isConflict,
  isUnavailable,
  MissingErasureKeyError,
  OpenTransactionError,
  WrongErasureKeyError,
  whileAvailable,
} from './failure.ts';
export {
  type DatabaseState,
  inspectDatabase,
  isSupported,
  leastPostgresMajor,
} from './migrate/inspect-database.ts';
export { migrateDatabase } from './migrate/migrate-database.ts';
export { schemaAsSql } from './migrate/schema-engine.ts';
export { createPartitionsAhead, type WeeksAhead } from './partitions/create-weeks.ts';
export { countRedactable } from './privacy/count-redactable.ts';
export {
  type ContactOutcome,
  type ContactsWork,
  countDeletedContacts,
  type HandledContacts,
  handleDeletedContacts,
  type OnContactDelete,
} from './privacy/handle-deleted-contacts.ts';
export { type RedactedRows, redactedTables, redactOld } from './privacy/redact-old.ts';
export type { Pace } from './privacy/walk-pages.ts';
export { countInOldWeeks, dropOldWeeks } from './prune/drop-weeks.ts';
export { type Proceed, toTheEnd } from './prune/proceed.ts';
export { countPrunable, type Prunable, pruneBatch } from './prune/prune-events.ts';
export { countPrunableGuards, pruneGuards } from './prune/prune-guards.ts';
export { countPrunableOutbound, pruneOutbound } from './prune/prune-outbound.ts';
export {
  countPrunableProjection,
  type ExpiringProjection,
  pruneProjection,
} from './prune/prune-projections.ts';
export {
  findLastRetention,
  findRetentionAhead,
  noteRetention,
  type RetentionRun,
} from './prune/retention-runs.ts';
export { type AppSeen, listAppsSeen, noteAppsSeen } from './read/apps-seen.ts';
export type { ConsentEvent } from './read/consent/consent-events.ts';
export {
  type Consent,
  type ConsentAnswer,
  type ConsentQuestion,
  findConsent,
} from './read/consent/find-consent.ts';
export {
  type FindAnswer,
  type FindQuestion,
  findAnything,
  type TakenFor,
} from './read/find/find-anything.ts';
export type { FoundAs, FoundEntry } from './read/find/find-sql.ts';
export { findEvent } from './read/find-event.ts';
export {
  findStoredByKey,
  findStoredEvents,
  type LetterState,
  type StoredEvent,
  type StoredEventSummary,
} from './read/find-events.ts';
export {
  type ChannelState,
  findMessage,
  type MessageHistory,
  type StatusReport,
} from './read/find-message.ts';
export type { OutboundFacts } from './read/find-outbound.ts';
export { type ExpectedCallback, findUnknownMessages } from './read/find-unknown-messages.ts';
export { lookUpMessage, type MessageLookup } from './read/look-up-message.ts';
export type { Page } from './read/page.ts';
export { pageStoredEvents, type StoredEventFilter } from './read/page-stored-events.ts';
export type { UnappliedEvent } from './read/unapplied-events.ts';
export {
  countUnhandled,
  listUnhandled,
  type UnhandledGroup,
} from './read/unapplied-events.ts';
export { type ExclusiveRun, runExclusively } from './run-exclusively.ts';
export { FutureInstantError, readServerTime, requirePast } from './server-time.ts';
export type { EventToWrite } from './write/event-to-write.ts';
export { createEventWriter, type EventWriter, type WriteOutcome } from './write/event-writer.ts';
export { happenedAtMs } from './write/happened-at.ts';
export { textArray } from './write/text-array.ts';
export type { WriteAlongside } from './write/write-batch.ts';
export type { WriteSession } from './write/write-session.ts';
