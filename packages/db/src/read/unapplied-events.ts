import type { Database } from '../database.ts';
import { type WithoutNulls, withoutNulls } from './without-nulls.ts';

interface Row {
  readonly eventKey: string;
  readonly trigger: string;
  readonly state: 'DEAD' | 'UNHANDLED';
  readonly appId: string | null;
  readonly eventTime: Date | null;
  readonly receivedAt: Date;
  /** What a delivery report says, where its body can be read. */
  readonly status: string | null;
  readonly channel: string | null;
  readonly errorClass: string | null;
  readonly errorMessage: string | null;
  readonly deadAt: Date | null;
  readonly replays: number | null;
  readonly resolvedAt: Date | null;
  /** How its dead letter was closed; absent while that is open. */
  readonly resolution: string | null;
}

/** An event that is stored and made no rows: a dead letter, or of an unknown trigger. */
export type UnappliedEvent = WithoutNulls<Row>;

const maxEvents = 1_000;

export const selectUnapplied = `
SELECT event_key(e) AS "eventKey", e.trigger, e.state::text, e.app_id AS "appId",
  e.event_time AS "eventTime", e.received_at AS "receivedAt",
  event_body(e) #>> '{message_delivery_report,status}' AS status,
  event_body(e) #>> '{message_delivery_report,channel_identity,channel}' AS channel,
  d.error_class AS "errorClass", d.error_message AS "errorMessage", d.dead_at AS "deadAt",
  d.replays, d.resolved_at AS "resolvedAt", d.resolution
FROM callback_event AS e LEFT JOIN dead_letter AS d ON d.event_digest = e.event_digest
WHERE e.kept AND e.entity_id = $1 AND e.state IN ('DEAD', 'UNHANDLED')
ORDER BY coalesce(e.event_time, e.received_at), e.event_digest
LIMIT ${maxEvents}`;

/** Events about this id in Sinch that made no rows, in the order in which they happened. */
export async function findUnapplied(
  { prisma }: Database,
  entityId: string,
): Promise<readonly UnappliedEvent[]> {
  const rows = await prisma.$queryRawUnsafe<Row[]>(selectUnapplied, entityId);
  return rows.map(withoutNulls);
}
