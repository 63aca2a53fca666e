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
 */
export async function* findTargets(
  database: Database,
  selection: Selection,
): AsyncGenerator<Target, void> {
  switch (selection.kind) {
    case 'keys':
      for (const keys of pagesOf(selection.keys)) {
        const filter = { keys, includeResolved: true };
        const found = await listDeadLetters(database, filter, { limit: keys.length });
        const byKey = new Map(found.map((summary) => [summary.eventKey, summary]));
        for (const key of keys) yield { key, summary: byKey.get(key) };
      }
      return;
    case 'filter': {
      let after: string | undefined;
      for (;;) {
        const page = await listDeadLetters(database, selection.filter, { limit: pageSize, after });
        for (const summary of page) yield { key: summary.eventKey, summary };
        if (page.length < pageSize) return;
        after = page.at(-1)?.eventKey;
      }
    }
  }
}

function* pagesOf(keys: readonly string[]): Generator<readonly string[], void> {
  for (let from = 0; from < keys.length; from += pageSize) yield keys.slice(from, from + pageSize);
}
