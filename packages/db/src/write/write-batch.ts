import type { Database } from '../database.ts';
import { inTransaction } from '../transaction.ts';
import { type EventToWrite, writeEventRows } from './event-rows.ts';
import { followMerges } from './follow-merges.ts';
import { markRemovedIdentities } from './mark-removed-identities.ts';
import { projections } from './projections.ts';
import { redactRawBodies } from './redact-raw-bodies.ts';
import type { EventFacts } from './tables/projection-table.ts';

/**
 * Writes all events and their rows, or nothing: one transaction, one statement per table that
 * is concerned, however many events there are.
 *
 * @param events with distinct keys.
 * @returns the keys of the events that were not applied before.
 * @throws SlowTransactionError, or Prisma's error when any of it fails.
 */
export async function writeBatch(
  database: Database,
  events: readonly EventToWrite[],
  appliedAt: Date,
): Promise<ReadonlySet<string>> {
  return await inTransaction(database, async (tx) => {
    const written = await writeEventRows(tx, events, appliedAt);
    const facts = events.filter(({ event }) => written.has(event.key)).flatMap(factsOf);
    for (const { rows, statement } of projections) {
      const batch = facts.flatMap(rows);
      if (batch.length === 0) continue;
      const values = statement.columns.map((name) => batch.map((row) => row[name] ?? null));
      await tx.$executeRawUnsafe(statement.sql, ...values);
    }
    await markRemovedIdentities(tx, facts);
    await followMerges(tx, facts);
    await redactRawBodies(tx, inboundMessageIds(facts));
    return written;
  });
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
