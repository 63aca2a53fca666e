import { type Database, type DeadLetterSummary, listDeadLetters } from '@sinch-callbacks/db';
import type { Selection } from './select-letters.ts';

/** A dead letter to act on; without a summary there is none with this key. */
export interface Target {
  readonly key: string;
  readonly summary: DeadLetterSummary | undefined;
}

const pageSize = 500;

/**
 * The chosen dead letters, read page by page in the order of their keys, so that there may be
 * millions and each comes once: one that dies again behind the page is not met a second time.
 * @param cursor begin with this one, the last that was dealt with before: whether that came to
 *   its end is not known.
 */
export async function* findTargets(
  database: Database,
  selection: Selection,
  cursor?: string,
): AsyncGenerator<Target, void> {
  switch (selection.kind) {
    case 'keys': {
      const from = cursor === undefined ? -1 : selection.keys.indexOf(cursor);
      for (const keys of pagesOf(selection.keys.slice(Math.max(0, from)))) {
        yield* await targetsOf(database, keys);
      }
      return;
    }
    case 'filter': {
      if (cursor !== undefined) {
        const [last] = await targetsOf(database, [cursor]);
        if (last?.summary?.resolvedAt === undefined && last?.summary) yield last;
      }
      let after = cursor;
      for (;;) {
        const page = await listDeadLetters(database, selection.filter, { limit: pageSize, after });
        for (const summary of page) yield { key: summary.eventKey, summary };
        if (page.length < pageSize) return;
        after = page.at(-1)?.eventKey;
      }
    }
  }
}

async function targetsOf(database: Database, keys: readonly string[]): Promise<readonly Target[]> {
  const found = await listDeadLetters(
    database,
    { keys, includeResolved: true },
    { limit: keys.length },
  );
  const byKey = new Map(found.map((summary) => [summary.eventKey, summary]));
  return keys.map((key) => ({ key, summary: byKey.get(key) }));
}

function* pagesOf(keys: readonly string[]): Generator<readonly string[], void> {
  for (let from = 0; from < keys.length; from += pageSize) yield keys.slice(from, from + pageSize);
}
