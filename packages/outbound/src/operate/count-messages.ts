import type { Database } from '@sinch-callbacks/db';
import type { OutboundState } from '../outbound-message.ts';

/** What a person or a sender still has to do with: the numbers come from partial indexes. */
const unsettled = ['QUEUED', 'SENDING', 'UNCERTAIN'] as const satisfies readonly OutboundState[];

/**
 * Counts the messages of an app that are not settled, by state.
 * @throws pg's error.
 */
export async function countUnsettled(
  { pool }: Pick<Database, 'pool'>,
  appId: string,
): Promise<ReadonlyMap<(typeof unsettled)[number], number>> {
  const counts = unsettled.map(
    (state) =>
      `SELECT '${state}' AS state, count(*)::integer AS count FROM outbound
       WHERE app_id = $1 AND state = '${state}'`,
  );
  const { rows } = await pool.query<{ state: (typeof unsettled)[number]; count: number }>(
    counts.join(' UNION ALL '),
    [appId],
  );
  return new Map(rows.map(({ state, count }) => [state, count]));
}
