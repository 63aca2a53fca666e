import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

export interface AppSeen {
  readonly appId: string;
  /** The receipt of its last callback, as recorded by workers. */
  readonly lastCallbackAt: Date;
}

const upsert = `
INSERT INTO app_seen (app_id, last_callback_at)
SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS seen (app_id, at) ORDER BY app_id
ON CONFLICT (app_id) DO UPDATE SET last_callback_at = excluded.last_callback_at
WHERE app_seen.last_callback_at < excluded.last_callback_at`;

/**
 * Records when callbacks of these apps were received. A later time from another worker stays.
 * @throws DatabaseUnavailableError when the database cannot be used.
 */
export async function noteAppsSeen({ prisma }: Database, apps: readonly AppSeen[]): Promise<void> {
  const ids = apps.map(({ appId }) => appId);
  const times = apps.map(({ lastCallbackAt }) => lastCallbackAt.toISOString());
  await whileAvailable(() => prisma.$executeRawUnsafe(upsert, ids, times));
}

/**
 * Lists the apps that callbacks came from, the most recent first.
 * @throws DatabaseUnavailableError when the database cannot be used.
 */
export async function listAppsSeen(
  { prisma }: Database,
  limit: number,
): Promise<readonly AppSeen[]> {
  return await whileAvailable(() =>
    prisma.appSeen.findMany({ orderBy: { lastCallbackAt: 'desc' }, take: limit }),
  );
}
