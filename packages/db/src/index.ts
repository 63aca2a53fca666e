export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export { type DeadLetterGroup, groupDeadLetters } from './dead-letters/count-dead-letters.ts';
export type {
  AttemptRecord,
  DeadLetter,
  DeadLetterFilter,
  DeadLetterRecord,
  DeadLetterSummary,
} from './dead-letters/dead-letter.ts';
export {
  countDeadLetters,
  findDeadLetter,
  listDeadLetters,
} from './dead-letters/find-dead-letters.ts';
export { findKeysByPrefix } from './dead-letters/list-keys.ts';
export { measureOpenLetters, type OpenLetters } from './dead-letters/open-letters.ts';
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
} from './dead-letters/runs/keep-runs.ts';
export {
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
export { discardDeadLetters } from './dead-letters/settle-dead-letters.ts';
export { listSettledLetters } from './dead-letters/settled-letters.ts';
export { isUnderWay } from './dead-letters/under-way.ts';
export { DatabaseUnavailableError } from './failure.ts';
export type { DatabaseLimits } from './limits.ts';
export {
  type DatabaseState,
  inspectDatabase,
  isSupported,
  leastPostgresMajor,
} from './migrate/inspect-database.ts';
export { migrateDatabase } from './migrate/migrate-database.ts';
export { schemaAsSql } from './migrate/schema-as-sql.ts';
export { createPartitionsAhead, type WeeksAhead } from './partitions/create-weeks.ts';
export { countInOldWeeks, dropOldWeeks } from './prune/drop-weeks.ts';
export { countPrunable, type Prunable, pruneBatch } from './prune/prune-events.ts';
export { countPrunableGuards, pruneGuards } from './prune/prune-guards.ts';
export { type AppSeen, listAppsSeen, noteAppsSeen } from './read/apps-seen.ts';
export type { ConsentWord } from './read/consent/consent-events.ts';
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
export type { FoundAs, FoundEntry } from './read/find/found-entry.ts';
export {
  findStoredByKey,
  type LetterStanding,
  type StandingEvent,
} from './read/find-events.ts';
export {
  type ChannelStanding,
  findMessage,
  type MessageHistory,
  type StatusReport,
} from './read/find-message.ts';
export type { Page } from './read/page.ts';
export { findStoredEvents, type StoredEvent } from './read/stored-events.ts';
export type { UnappliedEvent } from './read/unapplied-events.ts';
export {
  countUnhandled,
  listUnhandled,
  type UnhandledGroup,
} from './read/unhandled-events.ts';
export type { EventToWrite } from './write/event-to-write.ts';
export { createEventWriter, type EventWriter, type WriteOutcome } from './write/event-writer.ts';
