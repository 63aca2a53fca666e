import {
  type OrderKeySource,
  occurrenceOf,
  orderKeyOf,
  rawBodyText,
  type SinchEvent,
  storableText,
} from '@sinch-callbacks/core';
import {
  digestOfEvent,
  type EventToWrite,
  textArray,
  type WriteSession,
} from '@sinch-callbacks/db';
import type { HandlersByTrigger } from '../registry/handler-view.ts';
import { storedKeyOf } from './stored-key.ts';

/** Columns of a new task, with the expression that converts their text. */
const columns = [
  ['handler', 'f.handler'],
  ['occurrence', "decode(f.occurrence, 'hex')"],
  ['event_digest', "decode(f.event_digest, 'hex')"],
  // A copy of an event that was stored before, and is applied now, keeps the stored row's time.
  [
    'event_received_at',
    `coalesce((SELECT g.received_at FROM event_guard AS g
      WHERE g.event_digest = decode(f.event_digest, 'hex')), f.event_received_at::timestamptz)`,
  ],
  ['trigger', 'f.trigger'],
  ['entity_id', 'f.entity_id'],
  ['app_id', 'f.app_id'],
  ['key', 'f.key'],
] as const;

export type TaskRow = Readonly<Record<(typeof columns)[number][0], string | null>>;

const names = columns.map(([name]) => name);

/**
 * Positions follow the order of the events. The rows go in by their keys, so that two writers with
 * the same tasks never wait for each other in a circle.
 */
export const insertRows = {
  name: 'insert_handler_tasks',
  sql: `
INSERT INTO handler_task (position, ${names.join(', ')})
SELECT f.position, ${columns.map(([, expression]) => expression).join(', ')}
FROM (
  SELECT nextval('handler_task_position_seq') AS position, g.*
  FROM unnest(${names.map((_, index) => `$${index + 1}::text[]`).join(', ')})
    WITH ORDINALITY AS g(${names.join(', ')}, place)
  ORDER BY g.place
) AS f
ORDER BY f.handler, f.occurrence
ON CONFLICT DO NOTHING`,
};

/** Returns the values of {@link insertRows}. */
export function valuesOf(rows: readonly TaskRow[]): Buffer[] {
  return names.map((name) => textArray(rows.map((row) => row[name])));
}

/**
 * Inserts the tasks of events in the transaction that applies them: both are there, or neither. A
 * copy of what a handler had before makes no task. Sends no statement where no handler is for any
 * of the events.
 * @param events that are written now and were not applied before.
 */
export async function insertTasks(
  session: WriteSession,
  events: readonly EventToWrite[],
  handlers: HandlersByTrigger,
): Promise<void> {
  const rows = events.flatMap(({ event, decision }) => {
    if (decision.kind !== 'apply') return [];
    const { rawBody, receivedAt } = event;
    const stored = { digest: digestOfEvent(event), receivedAt, text: rawBodyText(rawBody) };
    return taskRowsOf(decision.sinchEvent, stored, handlers);
  });
  if (rows.length > 0) await session.query(insertRows, valuesOf(rows));
}

/** An event's row in callback_event. */
export interface StoredEvent {
  /** 32 hexadecimal digits. */
  readonly digest: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** Its body. */
  readonly text: string;
}

/** Makes the tasks of an event: one for each handler of its trigger. */
export function taskRowsOf(
  event: SinchEvent,
  { digest, receivedAt, text }: StoredEvent,
  handlers: HandlersByTrigger,
): TaskRow[] {
  const chosen = handlers.get(event.trigger) ?? [];
  if (chosen.length === 0) return [];
  const occurrence = occurrenceOf(event, text);
  return chosen.map(({ name, keySource }) => ({
    handler: name,
    occurrence,
    event_digest: digest,
    event_received_at: receivedAt,
    trigger: event.trigger,
    entity_id: storable(event.entityId),
    app_id: storable(event.appId),
    key: keySource && storedOrderKey(event, keySource),
  }));
}

function storedOrderKey(event: SinchEvent, source: OrderKeySource): string | null {
  const key = orderKeyOf(event, source);
  return key === undefined ? null : storedKeyOf(key);
}

function storable(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}
