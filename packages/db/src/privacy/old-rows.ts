import { openTasks } from '../prune/open-tasks.ts';
import { markedTables } from './empty-rows.ts';
import { isFull } from './personal-columns.ts';

const isBefore = (column: string) => `${column} < $1::timestamptz`;

const isSettledTask = `state IN ('DONE', 'SKIPPED', 'DISCARDED')`;
const isSettledMessage = `state IN ('SENT', 'REFUSED', 'DISCARDED')`;

/** Settled events with a body that no open letter and no open task needs. */
export const isRedactableEvent = `e.raw_body <> ''
  AND NOT EXISTS (SELECT FROM dead_letter AS d WHERE d.event_digest = e.event_digest
    AND (d.resolved_at IS NULL OR d.resolution IS NULL))
  AND NOT EXISTS (SELECT FROM ${openTasks} WHERE open_task.event_digest = e.event_digest)`;

/** Closed letters that are not emptied yet, as the row `d`. */
export const isRedactableLetter = `d.resolved_at < $1::timestamptz
    AND d.resolution IS NOT NULL AND ${isFull('dead_letter', 'd')}`;

/**
 * Conditions on the rows that a redaction by age empties or removes, by table. Each has `$1`, the
 * instant. A table that is not here has a statement of its own.
 */
export const oldRows: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    markedTables.map((table) => [table, `${isBefore('created_at')} AND emptied_at IS NULL`]),
  ),
  dead_letter_run: `${isBefore('finished_at')} AND ${isFull('dead_letter_run')}`,
  handler_task: `${isBefore('settled_at')} AND ${isSettledTask} AND ${isFull('handler_task')}`,
  outbound: `${isBefore('settled_at')} AND ${isSettledMessage} AND ${isFull('outbound')}`,
  // Of a message without a row.
  message_analysis: `${isBefore('updated_at')} AND ${isFull('message_analysis')}`,
  conversation: `${isBefore('updated_at')} AND ${isFull('conversation')}`,
  channel_event: `${isBefore('updated_at')} AND ${isFull('channel_event')}`,
  batch: `${isBefore('updated_at')} AND ${isFull('batch')}`,
  capability: isBefore('updated_at'),
};
