import { MissingErasureKeyError } from '../failure.ts';
import type { EventToWrite } from '../write/event-to-write.ts';
import { happenedAtMs } from '../write/happened-at.ts';
import { byteaArray } from '../write/text-array.ts';
import type { WriteSession } from '../write/write-session.ts';
import { erasedTracesOf } from './erased-traces.ts';
import type { ErasureKeys } from './erasure-keys.ts';
import { redactEvent } from './redact-event.ts';
import { refuseOtherKey, usedKeyId } from './require-same-key.ts';

/**
 * A column that is true while anyone is on the list. Reading it locks the list's table in the mode
 * of a writer, and none of its rows, so that an erasure can wait for every writer that read it
 * before, and for no backup and no reader.
 */
export const hasErasedKeys = `(SELECT EXISTS (SELECT FROM erased_key)
  OR EXISTS (SELECT FROM erased_key WHERE false FOR KEY SHARE)) AS "hasErasedKeys"`;

/** One row more than there are hits: the first one says that the list has rows, and whose. */
const askList = `
SELECT NULL AS digest, NULL::timestamptz AS until, ${hasErasedKeys}, ${usedKeyId} AS "keyId"
UNION ALL
SELECT encode(k.digest, 'hex'),
  max(CASE WHEN e.for_ever THEN 'infinity' ELSE e.cutoff END), true, NULL
FROM erased_key AS k JOIN erasure AS e ON e.id = k.erasure_id
WHERE k.digest = ANY ($1::bytea[])
GROUP BY k.digest`;

interface Hit {
  readonly digest: string | null;
  readonly until: Date | number | null;
  readonly hasErasedKeys: boolean;
  readonly keyId: string | null;
}

export interface CheckedEvents {
  /** In order; those about an erased person are redacted. */
  readonly events: readonly EventToWrite[];
  /** Keys of the redacted ones. */
  readonly redacted: ReadonlySet<string>;
  readonly hasErasedKeys: boolean;
}

/**
 * Redacts the events about people that were erased: what happened before that, and whatever is
 * about one of their messages. Sends one statement.
 * @throws MissingErasureKeyError where the list has rows and there is no key, or
 *   WrongErasureKeyError where it has those of another one.
 */
export async function redactErased(
  session: WriteSession,
  events: readonly EventToWrite[],
  keys: ErasureKeys | undefined,
): Promise<CheckedEvents> {
  const traced = keys ? events.map((item) => ({ item, traces: erasedTracesOf(item, keys) })) : [];
  const asked = new Set(traced.flatMap(({ traces }) => [...traces.keys()]));
  const { rows } = await session.query<Hit>({ sql: askList }, [byteaArray([...asked].sort())]);
  const hasAny = rows.some((row) => row.hasErasedKeys);
  if (!keys) {
    if (hasAny) throw new MissingErasureKeyError();
    return { events, redacted: new Set(), hasErasedKeys: false };
  }
  for (const { keyId } of rows) refuseOtherKey(keyId, keys);
  const until = new Map(rows.map((row) => [row.digest, Number(row.until)]));
  const redacted = new Set(
    traced.flatMap(({ item, traces }) => {
      const happenedAt = happenedAtMs(item);
      const isErased = [...traces].some(([digest, reach]) => {
        const limit = until.get(digest);
        return limit !== undefined && (reach === 'always' || happenedAt < limit);
      });
      return isErased ? [item.event.key] : [];
    }),
  );
  return {
    events: events.map((item) => (redacted.has(item.event.key) ? redactEvent(item, keys) : item)),
    redacted,
    hasErasedKeys: hasAny,
  };
}
