import { MissingErasureKeyError } from '../failure.ts';
import type { EventToWrite } from '../write/event-to-write.ts';
import { happenedAtMs } from '../write/happened-at.ts';
import { byteaArray } from '../write/text-array.ts';
import type { WriteSession } from '../write/write-session.ts';
import { type ErasedPart, erasedPartOf } from './erased-part.ts';
import { erasedTracesOf } from './erased-traces.ts';
import type { ErasureKeys } from './erasure-keys.ts';
import { refuseOtherKey, usedKeyId } from './require-same-key.ts';

/**
 * A column that is true while no one is on the list. Reading it locks the list's table in the mode
 * of a writer, and none of its rows, so that an erasure can wait for every writer that read it
 * before, and for no backup and no reader.
 */
export const isErasedListEmpty = `(SELECT NOT EXISTS (SELECT FROM erased_key)
  AND NOT EXISTS (SELECT FROM erased_key WHERE false FOR KEY SHARE)) AS "isListEmpty"`;

/** One row more than there are hits: the first one says whether the list has rows, and whose. */
const askList = `
SELECT NULL AS digest, NULL::timestamptz AS cutoff, NULL::boolean AS "isForEver",
  ${isErasedListEmpty}, ${usedKeyId} AS "keyId"
UNION ALL
SELECT encode(k.digest, 'hex'), max(e.cutoff), bool_or(e.for_ever), false, NULL
FROM erased_key AS k JOIN erasure AS e ON e.id = k.erasure_id
WHERE k.digest = ANY ($1::bytea[])
GROUP BY k.digest`;

interface ListedRow {
  readonly digest: string | null;
  readonly cutoff: Date | null;
  readonly isForEver: boolean | null;
  readonly isListEmpty: boolean;
  readonly keyId: string | null;
}

export interface FoundErased {
  /** By the key of an event, the part that a person who was erased has in it. */
  readonly erased: ReadonlyMap<string, ErasedPart>;
  readonly isListEmpty: boolean;
}

/**
 * Finds the events about people who were erased, and those that name one: what happened before that,
 * and whatever is about one of their messages. Sends one statement, and changes nothing.
 *
 * What someone else has too counts for no longer than until the erasure, also where it is for ever:
 * they go on writing from it.
 * @throws MissingErasureKeyError where the list has rows and there is no key, or
 *   WrongErasureKeyError where it has those of another one.
 */
export async function findErased(
  session: WriteSession,
  events: readonly EventToWrite[],
  keys: ErasureKeys | undefined,
): Promise<FoundErased> {
  const digests = keys && remembering(keys);
  const traced = digests
    ? events.map((item) => ({ item, traces: erasedTracesOf(item, digests) }))
    : [];
  const asked = new Set(traced.flatMap(({ traces }) => [...traces.keys()]));
  const { rows } = await session.query<ListedRow>({ sql: askList }, [
    byteaArray([...asked].sort()),
  ]);
  const isEmpty = rows.every((row) => row.isListEmpty);
  if (!keys) {
    if (!isEmpty) throw new MissingErasureKeyError();
    return { erased: new Map(), isListEmpty: true };
  }
  for (const { keyId } of rows) refuseOtherKey(keyId, keys);
  const listed = new Map(rows.map((row) => [row.digest, row]));
  const erased = new Map<string, ErasedPart>();
  for (const { item, traces } of traced) {
    const happenedAt = happenedAtMs(item);
    const hits = [...traces].flatMap(([digest, trace]) => {
      const row = listed.get(digest);
      if (row === undefined) return [];
      const isBefore = happenedAt < Number(row.cutoff);
      const isForEver = row.isForEver === true && !trace.kind.startsWith('shared-');
      return isBefore || isForEver || trace.reach === 'always' ? [trace] : [];
    });
    if (hits.length > 0) erased.set(item.event.key, erasedPartOf(item, hits, keys));
  }
  return { erased, isListEmpty: isEmpty };
}

/** Digests each value once: the events of a batch often name the same people. */
function remembering(keys: ErasureKeys): Pick<ErasureKeys, 'digest'> {
  const known = new Map<string, string>();
  return {
    digest(kind, value) {
      const name = `${kind} ${value}`;
      const digest = known.get(name) ?? keys.digest(kind, value);
      known.set(name, digest);
      return digest;
    },
  };
}
