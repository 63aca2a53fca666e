import type { Database } from '../database.ts';
import type { ErasureKeys } from '../erase/erasure-keys.ts';
import { redactErased } from '../erase/redact-erased.ts';
import { digestOfEvent } from '../event-digest.ts';
import { redactedRow } from '../privacy/redacted-row.ts';
import { computeOverallStatus } from './compute-overall-status.ts';
import { lockContactRoots, writeContactRoots } from './contact-roots.ts';
import { writeEventRows } from './event-rows.ts';
import type { EventToWrite } from './event-to-write.ts';
import { happenedAtMs } from './happened-at.ts';
import { keepRedacted } from './keep-redacted.ts';
import { redactableOf, redactRawBodies } from './redact-raw-bodies.ts';
import { settleOutbound } from './settle-outbound.ts';
import { repeatConsents } from './tables/consent-table.ts';
import { mergeRows } from './tables/merge-rows.ts';
import type { EventFacts } from './tables/projection-table.ts';
import { type Projection, projections } from './tables/projections.ts';
import type { FactRow } from './tables/upsert-table.ts';
import { byteaArray, textArray } from './text-array.ts';
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

/** The knowledge of a writer about erased people, which lasts from batch to batch. */
export interface ErasedList {
  /** Absent where no ERASURE_KEY is set. */
  readonly keys: ErasureKeys | undefined;
  /** True once the list had rows: then each batch asks it first. */
  hasKeys: boolean;
}

/**
 * Writes all events and their rows, or nothing: one transaction, one statement per table that is
 * concerned, however many events there are.
 *
 * @param given events with distinct digests. Those about an erased person are written redacted, and
 *   lead to no more than their rows.
 * @param copies of some of them, received at another time: their repetition is recorded.
 * @returns the keys of the events that were not applied before.
 * @throws ErasedListFilledError, MissingErasureKeyError, SlowTransactionError, or pg's error when any of it fails.
 */
export async function writeBatch(
  database: Database,
  given: readonly EventToWrite[],
  copies: readonly EventToWrite[],
  appliedAt: Date,
  options: SessionOptions,
  alongside: WriteAlongside = nothing,
  erased: ErasedList = { keys: undefined, hasKeys: false },
): Promise<ReadonlySet<string>> {
  return await inWriteSession(database, options, async (session) => {
    if (given.some(hasMerge)) await lockContactRoots(session);
    const isChecked = erased.hasKeys;
    const checked = isChecked ? await redactErased(session, given, erased.keys) : undefined;
    if (checked) erased.hasKeys = checked.hasErasedKeys;
    const events = checked?.events ?? given;
    const stored = await writeEventRows(session, events, appliedAt, isChecked);
    const { keys: written, redactedBeforeMs } = stored;
    const isOld = (item: EventToWrite) =>
      redactedBeforeMs !== undefined && happenedAtMs(item) < redactedBeforeMs;
    const newly = events.filter(({ event }) => written.has(event.key));
    const facts = newly.flatMap((item) => factsOf(item, isOld(item)));
    const absorbed = [...events.filter(({ event }) => !written.has(event.key)), ...copies];
    const upserts = upsertAll(session, facts);
    await settleAll([
      ...upserts.map(({ done }) => done),
      repeatConsents(session, absorbed.flatMap(consentsOf)),
      redactRawBodies(session, redactableOf(newly)),
      settleOutbound(session, facts),
      alongside(
        session,
        checked ? newly.filter(({ event }) => !checked.redacted.has(event.key)) : newly,
      ),
    ]);
    const emptied = new Map<string, Set<string>>();
    for (const { table, done } of upserts) {
      const rows = (await done).rows.filter((row) => row.emptied === true);
      emptied.set(table.name, new Set(rows.map(({ id }) => id)));
    }
    // Before statuses are computed, which copies the identity of a channel.
    await keepRedacted(session, newly, emptied, isOld);
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
    return written;
  });
}

const nothing: WriteAlongside = async () => undefined;

/** Sends one statement for each table that the facts are about. */
function upsertAll(session: WriteSession, facts: readonly EventFacts[]) {
  const statements = projections.flatMap(({ table, statement }) => {
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

function rowsOf(table: Projection['table'], event: EventFacts): readonly FactRow[] {
  const rows = table.rows(event);
  if (event.isOld !== true) return rows;
  return rows.flatMap((row) => {
    const redacted = redactedRow(table.name, row);
    return redacted === undefined ? [] : [redacted];
  });
}

function valuesOf(
  { columns }: Projection['statement'],
  rows: ReturnType<typeof mergeRows>,
): Buffer[] {
  return columns.map(({ name, type }) => {
    const values = rows.map((row) => row[name] ?? null);
    return type === 'bytea' ? byteaArray(values) : textArray(values);
  });
}

function factsOf({ event, decision }: EventToWrite, isOld: boolean): EventFacts[] {
  if (decision.kind !== 'apply') return [];
  const { facts } = decision;
  return [{ eventDigest: digestOfEvent(event), receivedAt: event.receivedAt, facts, isOld }];
}

function consentsOf({ decision }: EventToWrite) {
  return decision.kind === 'apply' ? decision.facts.consentEvents : [];
}

function hasMerge({ decision }: EventToWrite): boolean {
  return decision.kind === 'apply' && decision.facts.contactMerges.length > 0;
}
