import type { Database } from '../database.ts';
import { digestOfEvent } from '../event-digest.ts';
import { computeOverallStatus } from './compute-overall-status.ts';
import { lockContactRoots, writeContactRoots } from './contact-roots.ts';
import { writeEventRows } from './event-rows.ts';
import type { EventToWrite } from './event-to-write.ts';
import { redactableOf, redactRawBodies } from './redact-raw-bodies.ts';
import { settleOutbound } from './settle-outbound.ts';
import { repeatConsents } from './tables/consent-table.ts';
import { mergeRows } from './tables/merge-rows.ts';
import type { EventFacts } from './tables/projection-table.ts';
import { type Projection, projections } from './tables/projections.ts';
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

/**
 * Writes all events and their rows, or nothing: one transaction, one statement per table that is
 * concerned, however many events there are.
 *
 * @param events with distinct digests.
 * @param copies of some of them, received at another time: their repetition is recorded.
 * @returns the keys of the events that were not applied before.
 * @throws SlowTransactionError, or pg's error when any of it fails.
 */
export async function writeBatch(
  database: Database,
  events: readonly EventToWrite[],
  copies: readonly EventToWrite[],
  appliedAt: Date,
  options: SessionOptions,
  alongside: WriteAlongside = nothing,
): Promise<ReadonlySet<string>> {
  return await inWriteSession(database, options, async (session) => {
    if (events.some(hasMerge)) await lockContactRoots(session);
    const written = await writeEventRows(session, events, appliedAt);
    const newly = events.filter(({ event }) => written.has(event.key));
    const facts = newly.flatMap(factsOf);
    const absorbed = [...events.filter(({ event }) => !written.has(event.key)), ...copies];
    const upserts = upsertAll(session, facts);
    await settleAll([
      ...upserts.map(({ done }) => done),
      repeatConsents(session, absorbed.flatMap(consentsOf)),
      redactRawBodies(session, redactableOf(newly)),
      settleOutbound(session, facts),
      alongside(session, newly),
    ]);
    for (const { table, done } of upserts) {
      if (table.difference === undefined) continue;
      const ids = (await done).rows.map(({ id }) => id);
      await computeOverallStatus(session, table, ids);
    }
    await writeContactRoots(session, facts);
    return written;
  });
}

const nothing: WriteAlongside = async () => undefined;

/** Sends one statement for each table that the facts are about. */
function upsertAll(session: WriteSession, facts: readonly EventFacts[]) {
  const statements = projections.flatMap(({ table, statement }) => {
    const rows = mergeRows(table, facts.flatMap(table.rows));
    return rows.length === 0 ? [] : [{ table, statement, values: valuesOf(statement, rows) }];
  });
  // Only now, so that no error here can leave a sent statement without an await.
  return statements.map(({ table, statement, values }) => ({
    table,
    done: session.query<{ id: string }>(statement, values),
  }));
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

function factsOf({ event, decision }: EventToWrite): EventFacts[] {
  if (decision.kind !== 'apply') return [];
  const { facts } = decision;
  return [{ eventDigest: digestOfEvent(event), receivedAt: event.receivedAt, facts }];
}

function consentsOf({ decision }: EventToWrite) {
  return decision.kind === 'apply' ? decision.facts.consentEvents : [];
}

function hasMerge({ decision }: EventToWrite): boolean {
  return decision.kind === 'apply' && decision.facts.contactMerges.length > 0;
}
