import { occurrenceOf, type RawBody, rawBodyText, readSinchEvent } from '@sinch-callbacks/core';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import type { Handler } from '@sinch-callbacks/handlers';
import type { HandlerEvidence, HandlerTask, ThingThatHappened } from './compare-handler-rows.ts';

/**
 * Reads the applied events, the tasks and the rows that handlers have committed.
 * @param sentBodies the bodies that Sinch sent, by event key: a redaction removes the stored one.
 */
export async function readHandlerEvidence(
  databaseUrl: string,
  handlers: readonly Pick<Handler, 'name' | 'triggers'>[],
  sentBodies: ReadonlyMap<string, string>,
): Promise<HandlerEvidence> {
  const events = await queryRows<AppliedEvent>(databaseUrl, selectApplied);
  const tasks = await queryRows<HandlerTask & Record<string, unknown>>(databaseUrl, selectTasks);
  const rows = await queryRows<{ handler: string; key: string; trigger: string }>(
    databaseUrl,
    'SELECT handler, key, trigger FROM chaos_handler_row',
  );
  const happened = events.flatMap((event) => thingOf(event, sentBodies));
  return { handlers, happened, tasks, rows };
}

const selectApplied = `
SELECT event_key(e) AS "eventKey", e.raw_body AS text, e.raw_body_encoding AS encoding
FROM callback_event AS e WHERE e.state = 'APPLIED'`;

const selectTasks = `
SELECT handler || '.' || encode(occurrence, 'hex') AS key, state::text, attempts, cause,
  error_message AS "errorMessage"
FROM handler_task`;

interface AppliedEvent extends Record<string, unknown> {
  readonly eventKey: string;
  readonly text: string;
  readonly encoding: RawBody['encoding'];
}

function thingOf(
  { eventKey, text, encoding }: AppliedEvent,
  sentBodies: ReadonlyMap<string, string>,
): ThingThatHappened[] {
  const isRedacted = text === '';
  const body = isRedacted ? (sentBodies.get(eventKey) ?? '') : rawBodyText({ encoding, text });
  const reading = readSinchEvent(body);
  if (reading.kind !== 'known') return [];
  const { event } = reading;
  const occurrence = occurrenceOf(event, body);
  return [{ eventKey, trigger: event.trigger, occurrence, isRedacted }];
}

/** Counts the tasks that have not ended yet. */
export async function countWaitingTasks(databaseUrl: string): Promise<number> {
  const sql = `SELECT count(*)::int AS waiting FROM handler_task WHERE state = 'WAITING'`;
  const [found] = await queryRows<{ waiting: number }>(databaseUrl, sql);
  return found?.waiting ?? 0;
}
