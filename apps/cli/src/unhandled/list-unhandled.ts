import { countUnhandled, type UnhandledGroup } from '@sinch-callbacks/db';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { tableLines } from '../format/table.ts';
import { counted, oneLine, showInstant } from '../format/text.ts';
import type { Session } from '../session.ts';
import { requireDatabaseUrl, withDatabase } from '../settings/open-servers.ts';
import { describeOrigins } from '../settings/read-settings.ts';

/** `callbacks unhandled list`: what kinds of callbacks came that this release does not know. */
export async function listKinds(session: Session): Promise<ExitCode> {
  const { terminal } = session;
  const settings = await session.readSettings();
  const url = requireDatabaseUrl(settings);
  terminal.note(describeOrigins({ database: settings.databaseUrl }));
  const kinds = await withDatabase(url, countUnhandled);
  terminal.document({ kinds });
  if (kinds.length > 0) for (const line of kindTable(kinds)) terminal.print(line);
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  terminal.note(`${counted(total, 'unhandled event')}`);
  return exitCodes.ok;
}

function kindTable(kinds: readonly UnhandledGroup[]): string[] {
  const rows = kinds.map(({ topLevelKeys, count, firstReceivedAt, lastReceivedAt }) => [
    String(count),
    showInstant(firstReceivedAt),
    showInstant(lastReceivedAt),
    oneLine(topLevelKeys ?? '(none)'),
  ]);
  return tableLines(['EVENTS', 'FIRST', 'LAST', 'TOP-LEVEL KEY'], rows);
}
