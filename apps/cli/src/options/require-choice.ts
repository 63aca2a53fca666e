import { UsageError } from '../failure.ts';

/** The choice of a command that changes many things. */
export interface Choice {
  readonly keys: readonly string[];
  /** Conditions, each `undefined` where it was not given. */
  readonly filter: object;
  readonly options: { readonly all?: true; readonly dryRun?: true };
  /** All of them, in words: `every dead task`. */
  readonly everything: string;
}

/**
 * Acting on everything has to be requested: neither a forgotten argument nor a filter that a script
 * left empty may do it. A dry run changes nothing and needs no `--all`.
 * @throws UsageError when the options contradict each other or choose nothing.
 */
export function requireChoice({ keys, filter, options, everything }: Choice): void {
  const hasFilter = Object.values(filter).some((value) => value !== undefined);
  if (keys.length > 0) {
    if (!hasFilter && !options.all) return;
    throw new UsageError('event keys cannot be combined with filters or --all');
  }
  if (hasFilter || options.all || options.dryRun) return;
  throw new UsageError(
    `nothing is chosen: name event keys, filter, or say --all for ${everything} (--dry-run shows ` +
      'these)',
  );
}

/** @throws UsageError when nothing could ever be in the period. */
export function requirePeriod(since: Date | undefined, until: Date | undefined): void {
  if (since && until && since >= until) throw new UsageError('--since must be before --until');
}
