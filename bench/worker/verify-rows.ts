import { queryRows } from '@sinch-callbacks/dev-env/servers';

export interface WrittenRows {
  readonly events: number;
  readonly messages: number;
  readonly reports: number;
  /**
   * Over every event, every report, and every message with its status, but for those that have
   * switched channel: only ours computes their status from the channels.
   */
  readonly digest: string;
}

const digests = `SELECT
  (SELECT count(*)::integer FROM callback_event WHERE state = 'APPLIED') AS events,
  (SELECT count(*)::integer FROM message) AS messages,
  (SELECT count(*)::integer FROM message_status) AS reports,
  md5(concat_ws(' ',
    (SELECT md5(string_agg(event_digest::text, ' ' ORDER BY event_digest)) FROM callback_event),
    (SELECT md5(string_agg(concat_ws(' ', event_digest, sinch_message_id, status), ','
      ORDER BY event_digest)) FROM message_status),
    (SELECT md5(string_agg(concat_ws(' ', sinch_message_id, status, status_rank, content), ','
      ORDER BY sinch_message_id)) FROM message AS m WHERE NOT EXISTS (SELECT FROM message_status AS s
        WHERE s.sinch_message_id = m.sinch_message_id AND s.status = 'SWITCHING_CHANNEL')))) AS digest`;

/** What a contender has left in its database. */
export async function readRows(databaseUrl: string): Promise<WrittenRows> {
  const [row] = await queryRows<WrittenRows & Record<string, unknown>>(databaseUrl, digests);
  if (row === undefined) throw new Error('Postgres counted nothing');
  return row;
}

/** Holds all contenders to what the first one wrote. */
export interface RowCheck {
  /**
   * How much is missing.
   * @throws when everything is there and is not the same: then there is nothing to compare.
   */
  missing(contender: string, rows: WrittenRows): number;
}

export function createRowCheck(expected: { events: number; reports: number }): RowCheck {
  let first: { contender: string; digest: string } | undefined;
  return {
    missing(contender, { events, reports, digest }) {
      const missing = expected.events - events + (expected.reports - reports);
      if (missing !== 0) return missing;
      first ??= { contender, digest };
      if (first.digest === digest) return 0;
      throw new Error(`${contender} and ${first.contender} have written different rows`);
    },
  };
}
