import type { Database } from '../database.ts';
import type { ErasureKeys } from '../erase/erasure-keys.ts';
import { findErased } from '../erase/find-erased.ts';
import { digestOfEvent } from '../event-digest.ts';
import type { RowRedaction } from '../privacy/redacted-row.ts';
import { computeOverallStatus } from './compute-overall-status.ts';
import { lockContactRoots, writeContactRoots } from './contact-roots.ts';
import { emptyAgain } from './empty-again.ts';
import { writeEventRows } from './event-rows.ts';
import type { EventToWrite } from './event-to-write.ts';
import { happenedAtMs } from './happened-at.ts';
import { redactableOf, redactRawBodies } from './redact-raw-bodies.ts';
import { settleOutbound } from './settle-outbound.ts';
import { repeatConsents } from './tables/consent-table.ts';
import { contactIdentity } from './tables/contact-tables.ts';
import { mergeRows } from './tables/merge-rows.ts';
import type { EventFacts } from './tables/projection-table.ts';
import { type Projection, projections } from './tables/projections.ts';
import { rowsOf, valuesOf } from './tables/row-values.ts';
import { writeIdentities } from './write-identities.ts';
import {
  inWriteSession,
  type SessionOptions,
  settleAll,
  type WriteSession,
} from './write-session.ts';

/**
 * A function that sends statements of its own in the transaction of a batch.
 * @param events that are written now, in order: new ones, and those that are applied at last.
 */
export type WriteAlongside = (
  session: WriteSession,
  events: readonly EventToWrite[],
) => Promise<void>;

export interface BatchTools {
  readonly database: Database;
  readonly options: SessionOptions;
  readonly alongside: WriteAlongside | undefined;
  /** Absent where no ERASURE_KEY is set. */
  readonly erasureKeys: ErasureKeys | undefined;
  /** False where the list of erased people was empty at the last batch: then it must still be. */
  readonly asksList: boolean;
}

export interface Batch {
  /** Events with distinct digests. */
  readonly events: readonly EventToWrite[];
  /** Copies of some of them, received at another time: their repetition is recorded. */
  readonly copies: readonly EventToWrite[];
  readonly appliedAt: Date;
}

export interface WrittenBatch {
  /** Keys of the events that were not applied before. */
  readonly written: ReadonlySet<string>;
  readonly isListEmpty: boolean;
}

/**
 * Writes all events and their rows, or nothing: one transaction, one statement per table that is
 * concerned, however many events there are. What happened before the last redaction by age, and what
 * concerns an erased person, is written redacted; events about that person lead to no more than
 * their rows.
 * @throws ErasedListFilledError, MissingErasureKeyError, SlowTransactionError, or pg's error when
 *   any of it fails.
 */
export async function writeBatch(
  { database, options, alongside = nothing, erasureKeys, asksList }: BatchTools,
  { events, copies, appliedAt }: Batch,
): Promise<WrittenBatch> {
  return await inWriteSession(database, options, async (session) => {
    if (events.some(hasMerge)) await lockContactRoots(session);
    const found = asksList ? await findErased(session, events, erasureKeys) : undefined;
    const stored = await writeEventRows(session, events, { appliedAt, erased: found?.erased });
    const { keys: written, redactedBeforeMs } = stored;
    const redactionOf = (item: EventToWrite): RowRedaction | undefined => {
      const erased = found?.erased.get(item.event.key);
      const isAged = redactedBeforeMs !== undefined && happenedAtMs(item) < redactedBeforeMs;
      return isAged || erased ? { isAged, erased } : undefined;
    };
    const newly = events.filter(({ event }) => written.has(event.key));
    const absorbed = [...events.filter(({ event }) => !written.has(event.key)), ...copies];
    const facts = newly.flatMap((item) => factsOf(item, redactionOf(item)));
    // Identities that some of these events may not bring back are written when it is known which:
    // also a late report about a message that was emptied, which is seen once that is written.
    const isRedacting = redactedBeforeMs !== undefined || found?.erased.size;
    const upserts = upsertAll(session, facts, isRedacting ? withoutIdentities : projections);
    await settleAll([
      ...upserts.map(({ done }) => done),
      repeatConsents(session, absorbed.flatMap(consentsOf)),
      redactRawBodies(session, redactableOf(newly)),
      settleOutbound(session, facts),
      alongside(
        session,
        newly.filter((item) => redactionOf(item)?.erased?.isOwn !== true),
      ),
    ]);
    const emptied = new Map<string, Set<string>>();
    for (const { table, done } of upserts) {
      const rows = (await done).rows.filter((row) => row.emptied === true);
      emptied.set(table.name, new Set(rows.map(({ id }) => id)));
    }
    // Before statuses are computed, which copies the identity of a channel.
    const late = await emptyAgain(session, facts, emptied);
    if (isRedacting) await writeIdentities(session, facts, late);
    for (const { table, done } of upserts) {
      if (table.difference === undefined) continue;
      const rows = (await done).rows.filter((row) => row.differs === true);
      await computeOverallStatus(
        session,
        table,
        rows.map(({ id }) => id),
      );
    }
    await writeContactRoots(session, facts);
    return { written, isListEmpty: found?.isListEmpty ?? true };
  });
}

const nothing: WriteAlongside = async () => undefined;

const withoutIdentities = projections.filter(({ table }) => table !== contactIdentity);

/** Sends one statement for each of the tables that the facts are about. */
function upsertAll(
  session: WriteSession,
  facts: readonly EventFacts[],
  tables: readonly Projection[],
) {
  const statements = tables.flatMap(({ table, statement }) => {
    const rows = mergeRows(
      table,
      facts.flatMap((event) => rowsOf(table, event)),
    );
    return rows.length === 0 ? [] : [{ table, statement, values: valuesOf(statement, rows) }];
  });
  // Only now, so that no error here can leave a sent statement without an await.
  return statements.map(({ table, statement, values }) => ({
    table,
    done: session.query<UpsertedRow>(statement, values),
  }));
}

/** A row that the batch has more to do with. */
interface UpsertedRow {
  readonly id: string;
  /** Its status is to be computed. */
  readonly differs?: boolean;
  readonly emptied?: boolean;
}

function factsOf(
  { event, decision }: EventToWrite,
  redaction: RowRedaction | undefined,
): EventFacts[] {
  if (decision.kind !== 'apply') return [];
  const { facts } = decision;
  return [{ eventDigest: digestOfEvent(event), receivedAt: event.receivedAt, facts, redaction }];
}

function consentsOf({ decision }: EventToWrite) {
  return decision.kind === 'apply' ? decision.facts.consentEvents : [];
}

function hasMerge({ decision }: EventToWrite): boolean {
  return decision.kind === 'apply' && decision.facts.contactMerges.length > 0;
}
