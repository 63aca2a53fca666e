import type { Database } from '../database.ts';
import { type EventToWrite, writeEventRows } from './event-rows.ts';
import { followMerges } from './follow-merges.ts';
import { markRemovedIdentities } from './mark-removed-identities.ts';
import { mergeRows } from './merge-rows.ts';
import { projections } from './projections.ts';
import { redactRawBodies } from './redact-raw-bodies.ts';
import type { EventFacts } from './tables/projection-table.ts';
import { textArray } from './text-array.ts';
import {
  inOrder,
  inWriteSession,
  type SessionOptions,
  type WriteSession,
} from './write-session.ts';

/**
 * Writes all events and their rows, or nothing: one transaction, one statement per table that
 * is concerned, however many events there are.
 *
 * @param events with distinct keys.
 * @returns the keys of the events that were not applied before.
 * @throws SlowTransactionError, or pg's error when any of it fails.
 */
export async function writeBatch(
  database: Database,
  events: readonly EventToWrite[],
  appliedAt: Date,
  options: SessionOptions,
): Promise<ReadonlySet<string>> {
  return await inWriteSession(database, options, async (session) => {
    const written = await writeEventRows(session, events, appliedAt);
    const facts = events.filter(({ event }) => written.has(event.key)).flatMap(factsOf);
    await inOrder([
      ...joinAll(session, facts),
      markRemovedIdentities(session, facts),
      followMerges(session, facts),
      redactRawBodies(session, inboundMessageIds(facts)),
    ]);
    return written;
  });
}

/** Sends one statement for each table that the facts are about. */
function joinAll(session: WriteSession, facts: readonly EventFacts[]): Promise<unknown>[] {
  const statements = projections.flatMap(({ table, statement }) => {
    const rows = mergeRows(table, facts.flatMap(table.rows));
    if (rows.length === 0) return [];
    const values = statement.columns.map((name) => textArray(rows.map((row) => row[name] ?? null)));
    return [{ statement, values }];
  });
  // Only now, so that nothing can break off here while some are under way and nobody waits for them.
  return statements.map(({ statement, values }) => session.query(statement, values));
}

function inboundMessageIds(events: readonly EventFacts[]): string[] {
  return events
    .flatMap(({ facts }) => facts.messages)
    .filter((message) => message.direction === 'TO_APP')
    .map((message) => message.sinchMessageId);
}

function factsOf({ event, decision }: EventToWrite): EventFacts[] {
  if (decision.kind !== 'apply') return [];
  return [{ eventKey: event.key, receivedAt: event.receivedAt, facts: decision.facts }];
}
