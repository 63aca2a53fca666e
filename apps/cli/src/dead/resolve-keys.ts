import { type Database, findKeysByPrefix, listDeadLetters } from '@sinch-callbacks/db';
import { UsageError } from '../failure.ts';
import { oneLine } from '../format/text.ts';

const pageSize = 500;
const wholeDigest = /(?:^|\.)([0-9a-f]{32})$/;

/**
 * The keys of dead letters as they are stored, for what people type: whole keys, the digits at the
 * end of one, or the beginning of either. What none begins with stays as it is.
 * @throws UsageError when several begin so.
 */
export async function resolveKeys(
  database: Database,
  texts: readonly string[],
): Promise<readonly string[]> {
  const known = new Map<string, string>();
  for (let from = 0; from < texts.length; from += pageSize) {
    const keys = texts.slice(from, from + pageSize).filter((text) => wholeDigest.test(text));
    const filter = { keys, includeResolved: true };
    for (const { eventKey } of await listDeadLetters(database, filter, { limit: pageSize })) {
      known.set(digestAt(eventKey), eventKey);
    }
  }
  const resolved = new Set<string>();
  for (const text of texts) {
    resolved.add(known.get(digestAt(text)) ?? (await byPrefix(database, text)));
  }
  return [...resolved];
}

function digestAt(text: string): string {
  return wholeDigest.exec(text)?.[1] ?? '';
}

async function byPrefix(database: Database, text: string): Promise<string> {
  if (text === '' || wholeDigest.test(text)) return text;
  const [first, another] = await findKeysByPrefix(database, text, 2);
  if (another !== undefined) {
    throw new UsageError(`several dead letters begin with ${oneLine(text)}: dead show names them`);
  }
  return first ?? text;
}
