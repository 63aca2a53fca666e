export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
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
  type Page,
} from './dead-letters/find-dead-letters.ts';
export { recordDeadLetter } from './dead-letters/record-dead-letter.ts';
export { discardDeadLetters, markReplayed } from './dead-letters/settle-dead-letters.ts';
export { DatabaseUnavailableError } from './failure.ts';
export type { DatabaseLimits } from './limits.ts';
export { type DatabaseState, inspectDatabase } from './migrate/inspect-database.ts';
export { migrateDatabase } from './migrate/migrate-database.ts';
export { schemaAsSql } from './migrate/schema-as-sql.ts';
export {
  findMessage,
  type MessageHistory,
  type StatusReport,
} from './read/find-message.ts';
export {
  countUnhandled,
  listUnhandled,
  type UnhandledGroup,
} from './read/unhandled-events.ts';
export type { EventToWrite } from './write/event-rows.ts';
export { createEventWriter, type EventWriter, type WriteOutcome } from './write/event-writer.ts';
