import type { DeadLetterFilter } from '@sinch-callbacks/db';
import { UsageError } from '../failure.ts';
import { type FilterOptions, filterOf, hasFilter } from './filter-options.ts';

/** Which dead letters a command acts on. */
export type Selection =
  /** These; each is looked at by itself, so that a wrong key is found. */
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  /** All open ones that match. */
  | { readonly kind: 'filter'; readonly filter: DeadLetterFilter };

export interface SelectionOptions extends FilterOptions {
  readonly all?: true;
  readonly dryRun?: true;
}

/**
 * Acting on everything has to be said: neither a forgotten argument nor a filter that a script
 * left empty may do it. A dry run acts on nothing and needs no such word.
 * @throws UsageError when the options contradict each other or pick nothing in particular.
 */
export function selectLetters(keys: readonly string[], options: SelectionOptions): Selection {
  const picksSome = hasFilter(options);
  if (keys.length > 0) {
    if (picksSome || options.all) {
      throw new UsageError('event keys cannot be combined with filters or --all');
    }
    return { kind: 'keys', keys: [...new Set(keys)] };
  }
  if (!picksSome && !options.all && !options.dryRun) {
    throw new UsageError(
      'nothing is chosen: name event keys, filter, or say --all for every open dead letter ' +
        '(--dry-run shows which these are)',
    );
  }
  return { kind: 'filter', filter: filterOf(options) };
}
