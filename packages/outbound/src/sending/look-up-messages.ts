import { readMarker } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';
import type { App, SinchApi } from '@sinch-callbacks/sinch-api';
import { keptOfRequest } from './kept-of-request.ts';

type Pool = Pick<Database, 'pool'>;
export type MessagesSource = 'CONVERSATION_SOURCE' | 'DISPATCH_SOURCE';

/** Rows that are looked up together. */
const maxLookups = 500;
const pageSize = 1_000;
/** Pages of one search; what is older is searched for the next time. */
const maxPages = 20;
/** Between our clock and Sinch's. */
const clockToleranceMs = 60_000;
/** A request may be carried out so long after it left. */
const longestDelayMs = 120_000;
/**
 * Before the second and further lookups of a row. A row that all of them miss is left to a person.
 */
const pausesMs = [60_000, 600_000, 3_600_000];

/** Returns the stores of Sinch in which an app's messages can be found. */
export function keptSources(app: App): readonly MessagesSource[] {
  const isConversation = app.processing_mode === 'CONVERSATION';
  const dispatchDays = app.dispatch_retention_policy?.ttl_days ?? 0;
  return [
    ...(isConversation ? (['CONVERSATION_SOURCE'] as const) : []),
    ...(dispatchDays > 0 ? (['DISPATCH_SOURCE'] as const) : []),
  ];
}

/**
 * Rows are looked up together only where they were sent within this time: a list that is read for
 * days would end before it comes to the older ones.
 */
const spanMs = 600_000;

/** The rows to look up, with the time in which they may have been sent. */
const due = `
WITH due AS MATERIALIZED (
  SELECT id, sending_at FROM outbound
  WHERE app_id = $1 AND state = 'UNCERTAIN' AND look_up_at <= now()
)
SELECT id, sending_at AS "sendingAt" FROM due
WHERE sending_at <= (SELECT min(sending_at) FROM due) + ${spanMs} * interval '1 millisecond'
ORDER BY sending_at LIMIT ${maxLookups}`;

/** A locked row is being settled by a report. */
const unlocked = (ids: string) => `unlocked AS (
  SELECT id FROM outbound WHERE id = ANY(${ids}) AND state = 'UNCERTAIN' FOR UPDATE SKIP LOCKED
)`;

/** Redactions that are being written are awaited before any row is locked. */
const settle = `
WITH found AS MATERIALIZED (
  SELECT f.id, f.message_id, message_is_redacted(f.message_id) AS redacted
  FROM unnest($1::uuid[], $2::text[]) AS f(id, message_id)
), ${unlocked('ARRAY(SELECT f.id FROM found AS f WHERE f.redacted IS NOT NULL)')}
UPDATE outbound AS o SET state = 'SENT', sinch_message_id = f.message_id, settled_at = now(),
  look_up_at = NULL, error_class = NULL, error_message = NULL, ${keptOfRequest('f.redacted')}
FROM unlocked JOIN found AS f USING (id)
WHERE o.id = unlocked.id`;

/** A row that was not found proves nothing: Sinch does not say how soon its list is complete. */
const postpone = `
WITH ${unlocked('$1::uuid[]')}
UPDATE outbound AS o SET lookups = o.lookups + 1,
  look_up_at = now() + ($2::integer[])[o.lookups + 1] * interval '1 millisecond'
FROM unlocked WHERE o.id = unlocked.id`;

/**
 * Looks UNCERTAIN rows up in Sinch's list by their markers. Returns the number of those that were
 * sent.
 * @throws pg's error, or a SinchApiError.
 */
export async function lookUpMessages(
  { pool }: Pool,
  api: Pick<SinchApi, 'messages'>,
  appId: string,
  sources: readonly MessagesSource[],
): Promise<number> {
  if (sources.length === 0) return 0;
  const { rows } = await pool.query<{ id: string; sendingAt: Date }>(due, [appId]);
  if (rows.length === 0) return 0;
  const wanted = new Set(rows.map(({ id }) => id));
  const times = rows.map(({ sendingAt }) => sendingAt.getTime());
  const found = new Map<string, string>();
  for (const source of sources) {
    const listed = listMarkers(api, {
      app_id: appId,
      messages_source: source,
      direction: 'TO_CONTACT',
      start_time: new Date(Math.min(...times) - clockToleranceMs),
      end_time: new Date(Math.max(...times) + clockToleranceMs + longestDelayMs),
    });
    for await (const { id, messageId } of listed) if (wanted.has(id)) found.set(id, messageId);
  }
  await settleFound({ pool }, found);
  const missed = [...wanted].filter((id) => !found.has(id));
  if (missed.length > 0) await pool.query(postpone, [missed, pausesMs]);
  return found.size;
}

/**
 * Settles UNCERTAIN rows by what Sinch's list has with their markers: ids of messages by those of
 * rows. Rows in another state stay as they are. Returns the number of those that are SENT now.
 * @throws pg's error.
 */
export async function settleFound(
  { pool }: Pool,
  found: ReadonlyMap<string, string>,
): Promise<number> {
  if (found.size === 0) return 0;
  return (await pool.query(settle, [[...found.keys()], [...found.values()]])).rowCount ?? 0;
}

const uncertain = `SELECT id FROM outbound WHERE id = ANY($1::uuid[]) AND state = 'UNCERTAIN'`;

/** Returns those of the rows that are UNCERTAIN. @throws pg's error. */
export async function findUncertain(
  { pool }: Pool,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  return (await pool.query<{ id: string }>(uncertain, [ids])).rows.map(({ id }) => id);
}

async function* listMarkers(
  { messages }: Pick<SinchApi, 'messages'>,
  query: Omit<Parameters<SinchApi['messages']['list']>[0], 'page_size' | 'page_token'>,
) {
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { messages: entries, nextPageToken } = await messages.list({
      ...query,
      page_size: pageSize,
      ...(token !== undefined && { page_token: token }),
    });
    for (const { id: messageId, metadata } of entries) {
      const { outboundId: id } = readMarker(metadata);
      if (id !== undefined) yield { id, messageId };
    }
    if (nextPageToken === undefined) return;
    token = nextPageToken;
  }
}
