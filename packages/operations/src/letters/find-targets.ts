import { type Database, type DeadLetterSummary, listDeadLetters } from '@sinch-callbacks/db';
import type { LetterSelection } from './letter-selection.ts';

/** A key to act on. The summary is absent when no dead letter has this key. */
export interface Target {
  readonly key: string;
  readonly summary: DeadLetterSummary | undefined;
}

const pageSize = 500;

/**
 * Reads the chosen dead letters page by page: a filter's in the order of their digests, a list's in
 * its own order. There may be millions, and each comes once: a letter that dies again behind the
 * current page does not come again.
 * @param cursor the last letter of an interrupted run. It comes again, because its operation may
 *   not have finished.
 */
export async function* findTargets(
  database: Database,
  selection: LetterSelection,
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
