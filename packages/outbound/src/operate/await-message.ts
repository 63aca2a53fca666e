import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, whileAvailable } from '@sinch-callbacks/db';
import type { OutboundState } from '../outbound-message.ts';

/** A message with what its reports say. */
export interface MessageProgress {
  readonly state: OutboundState;
  readonly sinchMessageId: string | null;
  readonly errorClass: string | null;
  readonly errorMessage: string | null;
  /** The delivery status; null while there is no report. */
  readonly status: string | null;
  readonly reasonCode: string | null;
}

export type AwaitEnd =
  /** It is sent, or delivered where that was awaited. */
  | { readonly kind: 'reached'; readonly progress: MessageProgress }
  /** It was refused or discarded, its delivery failed, or it is not known whether it was sent. */
  | { readonly kind: 'failed'; readonly progress: MessageProgress }
  | { readonly kind: 'timed-out'; readonly progress: MessageProgress };

const read = `
SELECT o.state::text AS state, o.sinch_message_id AS "sinchMessageId",
  o.error_class AS "errorClass", o.error_message AS "errorMessage", m.status,
  m.reason_code AS "reasonCode"
FROM outbound AS o LEFT JOIN message AS m ON m.sinch_message_id = o.sinch_message_id
WHERE o.id = $1::uuid`;

const pollMs = 250;

/**
 * Waits until a message is sent or delivered. It waits on while it is UNCERTAIN: a report may come.
 * @throws DatabaseUnavailableError while the database is down, and RangeError for an unknown id.
 */
export async function awaitMessage(
  { pool }: Pick<Database, 'pool'>,
  id: string,
  goal: 'sent' | 'delivered',
  timeoutMs: number,
): Promise<AwaitEnd> {
  const giveUpAtMs = performance.now() + timeoutMs;
  for (;;) {
    const { rows } = await whileAvailable(
      async () => await pool.query<MessageProgress>(read, [id]),
    );
    const [progress] = rows;
    if (progress === undefined) throw new RangeError(`there is no outbound message ${id}`);
    const kind = judge(progress, goal);
    if (kind !== undefined) return { kind, progress };
    if (performance.now() >= giveUpAtMs) return { kind: 'timed-out', progress };
    await sleep(pollMs);
  }
}

function judge({ state, status }: MessageProgress, goal: 'sent' | 'delivered') {
  if (state === 'REFUSED' || state === 'DISCARDED') return 'failed';
  if (state !== 'SENT') return undefined;
  if (goal === 'sent' || status === 'DELIVERED' || status === 'READ') return 'reached';
  return status === 'FAILED' ? 'failed' : undefined;
}
