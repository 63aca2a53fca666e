import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';
import { findMessage, type MessageHistory } from './find-message.ts';
import { findOutbound, type OutboundFacts } from './find-outbound.ts';

export type MessageLookup =
  | { readonly kind: 'found'; readonly message: MessageHistory }
  /** Several apps have queued a message with this key. */
  | { readonly kind: 'ambiguous'; readonly outbound: readonly OutboundFacts[] }
  | { readonly kind: 'unknown' };

/**
 * Looks a message up by any of its names: Sinch's id, the id of its outbound row, or the caller's
 * key. It may have no callback yet.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function lookUpMessage(database: Database, text: string): Promise<MessageLookup> {
  const named = await findMessage(database, text);
  if (named !== undefined) return { kind: 'found', message: named };
  const rows = await whileAvailable(async () => await findOutbound(database, text));
  const [outbound] = rows;
  if (outbound === undefined) return { kind: 'unknown' };
  if (rows.length > 1) return { kind: 'ambiguous', outbound: rows };
  const { sinchMessageId, appId } = outbound;
  const message =
    sinchMessageId === undefined ? undefined : await findMessage(database, sinchMessageId);
  const unnamed = { sinchMessageId, appId, outbound, channels: [], reports: [], unapplied: [] };
  return { kind: 'found', message: message ?? unnamed };
}
