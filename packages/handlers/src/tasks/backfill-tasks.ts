import { rawBodyText, readSinchEvent } from '@sinch-callbacks/core';
import { type Database, digestOfEvent, pageStoredEvents } from '@sinch-callbacks/db';
import type { HandlersByTrigger } from '../registry/handler-view.ts';
import { insertRows, taskRowsOf, valuesOf } from './insert-tasks.ts';

/** The applied events whose tasks may be missing. */
export interface BackfillRange {
  /** Those that were received since then. */
  readonly receivedSince: Date;
  /** Of those, only the ones that were applied since then; all when absent. */
  readonly appliedSince?: Date;
  /** Ends it after the page that it is at. */
  readonly signal?: AbortSignal;
}

export interface BackfillProgress {
  /** Events that were looked through. */
  readonly events: number;
  /** Tasks that were missing, and are made now. */
  readonly tasks: number;
}

/**
 * Makes the tasks of events that were applied before. What a handler had already makes none, so an
 * interrupted backfill is simply repeated.
 * @param onProgress is called after each page.
 * @throws DatabaseUnavailableError, or pg's error.
 */
export async function backfillTasks(
  { pool }: Pick<Database, 'pool'>,
  handlers: HandlersByTrigger,
  range: BackfillRange,
  onProgress: (progress: BackfillProgress) => void = ignore,
): Promise<BackfillProgress> {
  let progress: BackfillProgress = { events: 0, tasks: 0 };
  const triggers = [...handlers.keys()];
  for await (const page of pageStoredEvents({ pool }, { ...range, triggers, state: 'APPLIED' })) {
    const rows = page.flatMap((event) => {
      const text = rawBodyText(event.rawBody);
      const reading = readSinchEvent(text);
      if (reading.kind !== 'known') return [];
      const stored = { digest: digestOfEvent(event), receivedAt: event.receivedAt, text };
      return taskRowsOf(reading.event, stored, handlers);
    });
    let tasks = 0;
    if (rows.length > 0) {
      tasks = (await pool.query(insertRows.sql, valuesOf(rows))).rowCount ?? 0;
    }
    progress = { events: progress.events + page.length, tasks: progress.tasks + tasks };
    onProgress(progress);
    if (range.signal?.aborted === true) break;
  }
  return progress;
}

const ignore = () => undefined;
