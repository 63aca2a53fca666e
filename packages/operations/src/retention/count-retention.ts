import {
  countDeletedContacts,
  countInOldWeeks,
  countPrunable,
  countPrunableGuards,
  countPrunableOutbound,
  countPrunableProjection,
  countRedactable,
  type Database,
  whileAvailable,
} from '@sinch-callbacks/db';
import { countPrunableTasks } from '@sinch-callbacks/handlers';
import type { RetentionPlan } from './plan-retention.ts';
import type { RetainedRows } from './retained-rows.ts';

/**
 * Counts what {@link runRetention} would remove and redact now; it changes nothing. A row
 * that would be removed may be counted as redacted too. Guards of events that are still stored, and
 * tasks whose guard is, are not counted: they may go in the same run, after their event.
 * @throws DatabaseUnavailableError.
 */
export async function countRetention(
  database: Database,
  { eventsBefore, guardsBefore, tablesBefore, redactBefore, deletedContacts }: RetentionPlan,
): Promise<readonly RetainedRows[]> {
  const counts: RetainedRows[] = [];
  const removed = (table: RetainedRows['table'], rows: number) =>
    void counts.push({ table, action: 'removed', rows });
  if (eventsBefore !== undefined) {
    const { events, deadLetters } = await countPrunable(database, eventsBefore);
    removed('callback_event', events + (await countInOldWeeks(database, eventsBefore)));
    removed('dead_letter', deadLetters);
  }
  if (guardsBefore !== undefined) {
    removed('event_guard', await countPrunableGuards(database, guardsBefore));
    const tasks = await whileAvailable(() => countPrunableTasks(database, guardsBefore));
    removed('handler_task', tasks);
  }
  for (const { table, before } of tablesBefore) {
    const count =
      table === 'outbound'
        ? await countPrunableOutbound(database, before)
        : await countPrunableProjection(database, table, before);
    removed(table, count);
  }
  if (redactBefore !== undefined) {
    for (const [table, rows] of Object.entries(await countRedactable(database, redactBefore))) {
      counts.push({ table, action: 'redacted', rows });
    }
  }
  if (deletedContacts !== undefined) {
    const { policy, before } = deletedContacts;
    const rows = await countDeletedContacts(database, before);
    counts.push({ table: 'contact', action: policy === 'erase' ? 'removed' : 'redacted', rows });
  }
  return counts;
}
