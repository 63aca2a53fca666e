import type { CallbackEvent } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { digestBytes } from '../event-digest.ts';
import { whileAvailable } from '../failure.ts';
import { eventOfRow } from './event-of-row.ts';

/**
 * Finds a stored event with its body. Returns `undefined` where its row is gone, or never was.
 * @param digest 32 hexadecimal digits.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function findEvent(
  { prisma }: Database,
  digest: string,
): Promise<CallbackEvent | undefined> {
  const row = await whileAvailable(() =>
    prisma.callbackEvent.findFirst({ where: { eventDigest: digestBytes(digest) } }),
  );
  return row === null ? undefined : eventOfRow(row);
}
