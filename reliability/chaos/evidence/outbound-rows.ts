import { type RawBody, rawBodyText, readMarker } from '@sinch-callbacks/core';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import type { SinchTruth } from '@sinch-callbacks/simulator/api';
import { simulatedAccount } from '../sinch/simulated-account.ts';
import { replyKeyOf } from '../stack/chaos-handlers.ts';
import type { OutboundEvidence, OutboundRow } from './reconcile-outbound.ts';

/**
 * Reads the rows of messages, and what the simulated Sinch knows of them.
 * @param queuedKeys the keys that code has queued; those of handlers follow from their rows.
 */
export async function readOutboundEvidence(
  databaseUrl: string,
  { phones }: Pick<SinchTruth, 'phones'>,
  queuedKeys: readonly string[],
): Promise<OutboundEvidence> {
  const rows = await queryRows<OutboundRow & Record<string, unknown>>(
    databaseUrl,
    'SELECT id::text, key, state::text, sinch_message_id AS "messageId" FROM outbound',
  );
  const handled = await queryRows<{ handler: string; key: string; trigger: string }>(
    databaseUrl,
    'SELECT DISTINCT handler, key, trigger FROM chaos_handler_row',
  );
  const reports = await queryRows<{ messageId: string }>(
    databaseUrl,
    `SELECT DISTINCT entity_id AS "messageId" FROM callback_event
     WHERE state = 'APPLIED' AND trigger IN ('MESSAGE_SUBMIT', 'MESSAGE_DELIVERY')`,
  );
  return {
    asked: [...queuedKeys, ...handled.flatMap((row) => replyKeyOf(row) ?? [])],
    rows,
    received: Object.values(phones)
      .flat()
      .map(({ messageId, metadata }) => ({ messageId, ...readMarker(metadata) })),
    reported: new Set(reports.map(({ messageId }) => messageId)),
  };
}

/** Reads the stored bodies of what the simulated Sinch said about messages, by event key. */
export async function readReportBodies(databaseUrl: string): Promise<ReadonlyMap<string, string>> {
  const rows = await queryRows<RawBody & { key: string } & Record<string, unknown>>(
    databaseUrl,
    `SELECT event_key(e) AS key, e.raw_body AS text, e.raw_body_encoding AS encoding
     FROM callback_event AS e WHERE e.project_id = $1`,
    [simulatedAccount.projectId],
  );
  return new Map(rows.map(({ key, text, encoding }) => [key, rawBodyText({ text, encoding })]));
}

/**
 * Lists differences between the callbacks that Sinch saw acknowledged and those that are stored.
 */
export async function findCallbackProblems(
  databaseUrl: string,
  { callbacks }: Pick<SinchTruth, 'callbacks'>,
): Promise<string[]> {
  const [found] = await queryRows<{ stored: number }>(
    databaseUrl,
    'SELECT count(*)::int AS stored FROM callback_event WHERE project_id = $1',
    [simulatedAccount.projectId],
  );
  const stored = found?.stored ?? 0;
  const { offered, acknowledged, lost } = callbacks;
  return [
    ...(lost > 0 ? [`${lost} callbacks of sent messages were refused for good`] : []),
    ...(stored < acknowledged || stored > offered
      ? [`${stored} callbacks of sent messages are stored, and ${acknowledged} were acknowledged`]
      : []),
  ];
}
