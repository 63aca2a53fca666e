import type { CallbackEvent } from '@sinch-callbacks/core';
import { type Database, findEvent, findStoredByKey } from '@sinch-callbacks/db';
import { readTypedKey } from '@sinch-callbacks/operations';
import { UsageError } from '../../failure.ts';
import { oneLine } from '../../terminal/format.ts';

const searchLimit = 5;

/**
 * Finds the stored event with this key, or the only one whose key begins so. Returns `undefined`
 * where there is none.
 * @throws UsageError for a text that is no key, and where several keys begin so.
 */
export async function findOneEvent(
  database: Database,
  text: string,
): Promise<CallbackEvent | undefined> {
  const pattern = readTypedKey(text);
  if (pattern === undefined) throw new UsageError('give an event key, or more of its beginning');
  const beginning = 'beginning' in pattern ? pattern.beginning : undefined;
  const digest = 'digest' in pattern ? pattern.digest : undefined;
  const found = await findStoredByKey(database, { beginning, digest }, searchLimit);
  if (found.length > 1) {
    const several = found.map(({ eventKey, digest: one }) => `\n  ${oneLine(eventKey ?? one)}`);
    throw new UsageError(`several events begin so:${several.join('')}`);
  }
  const [only] = found;
  return only && (await findEvent(database, only.digest));
}
