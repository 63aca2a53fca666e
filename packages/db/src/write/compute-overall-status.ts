import { eventDelivery, eventDeliveryChannel } from './tables/event-tables.ts';
import { message, messageChannel } from './tables/message-tables.ts';
import type { ProjectionTable } from './tables/projection-table.ts';
import { overallStatusGroup } from './tables/status-columns.ts';
import { textArray } from './text-array.ts';
import type { WriteSession } from './write-session.ts';

/**
 * Ranks of core's `statusRankOnChannel`; between channels a switched one yields to a queued one.
 */
const switchingOnChannel = 25;
const switchingBetweenChannels = 15;
/** Ranks of which the earliest report wins: the times in their stamps are complemented. */
const earliestWins = `(${switchingBetweenChannels}, 30)`;

/**
 * Builds the statement that copies the status of the furthest channel: by rank between channels,
 * the later time, then the channel's name. A stamp's time is in bytes 2 to 9, all zero where there
 * is none. It runs on rows that this transaction has locked, so no other report can interfere.
 */
function computeFrom(whole: ProjectionTable, channels: ProjectionTable): string {
  const id = whole.key.map(({ name }) => name).join();
  const copied = overallStatusGroup.columns
    .map(({ name }) => name)
    .filter((name) => name !== 'channel' && name !== 'status_rank');
  return `
UPDATE ${whole.name} AS t
SET ${copied.map((name) => `${name} = c.${name}`).join(', ')}, channel = nullif(c.channel, ''),
  status_rank = c.between, status_stamp = set_byte(c.status_stamp, 0, c.between)
FROM (
  SELECT DISTINCT ON (c.${id}) c.*, r.between
  FROM ${channels.name} AS c
  CROSS JOIN LATERAL (
    SELECT CASE c.status_rank WHEN ${switchingOnChannel} THEN ${switchingBetweenChannels}
      ELSE c.status_rank END AS between,
      nullif(substring(c.status_stamp FROM 2 FOR 8), '\\x0000000000000000'::bytea) AS time
  ) AS r
  WHERE c.${id} = ANY($1::text[])
  ORDER BY c.${id}, r.between DESC,
    CASE WHEN r.between IN ${earliestWins} THEN r.time END ASC NULLS LAST,
    CASE WHEN r.between NOT IN ${earliestWins} THEN r.time END DESC NULLS LAST,
    c.channel COLLATE "C" DESC
) AS c
WHERE t.${id} = c.${id} AND t.status_stamp <> set_byte(c.status_stamp, 0, c.between)`;
}

/** Statements by the table whose rows they compute. */
const statements: ReadonlyMap<ProjectionTable, string> = new Map([
  [message, computeFrom(message, messageChannel)],
  [eventDelivery, computeFrom(eventDelivery, eventDeliveryChannel)],
]);

/**
 * Computes the status of messages, or events, that have reports of several channels.
 * @param ids as the table's upsert returned them.
 */
export async function computeOverallStatus(
  session: WriteSession,
  table: ProjectionTable,
  ids: readonly string[],
): Promise<void> {
  const sql = statements.get(table);
  if (sql === undefined || ids.length === 0) return;
  await session.query({ sql }, [textArray(ids)]);
}
