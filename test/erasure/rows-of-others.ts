import { tracesIn } from './person-to-erase.ts';
import type { Dump } from './read-everything.ts';

/** Lists the rows of a dump that neither hold the person nor belong to one of their events. */
export function rowsOfOthers(
  dump: Dump,
  ids: ReadonlySet<string>,
): readonly (readonly [key: string, text: string])[] {
  const known = [...ids];
  const holds = (text: string) =>
    tracesIn(text).length > 0 || known.some((id) => text.includes(id));
  // Rows of letters and tasks have the digest of their event, and perhaps nothing else of it.
  const digests = [...dump].flatMap(([key, text]) => {
    const [digest] = /[\da-f]{32}/.exec(key) ?? [];
    const isOwn = key.startsWith('public.callback_event') && holds(text);
    return isOwn && digest !== undefined ? [digest] : [];
  });
  const isOwn = (row: string) => holds(row) || digests.some((digest) => row.includes(digest));
  return [...dump].filter(([key, text]) => !isUpkeep(key) && !isOwn(`${key} ${text}`));
}

/** Rows that processes renew while they run. */
function isUpkeep(key: string): boolean {
  return /^(?:public\.(?:erasure|erased_key|handler|app_seen)|\w+_queue\.meta) /.test(key);
}
