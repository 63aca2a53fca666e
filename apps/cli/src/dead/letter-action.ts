import type { Target } from './find-targets.ts';

/** What was done with one dead letter. */
export type LetterResult =
  | {
      readonly kind: 'replayed';
      /** How many times it has been by now. */
      readonly replay: number;
      /** When it had died, before. */
      readonly deadAt: Date;
    }
  | { readonly kind: 'discarded' }
  | { readonly kind: 'would-replay' | 'would-discard' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'not-found' };

/** @throws DatabaseUnavailableError or QueueUnavailableError. Doing it again is always safe. */
export type LetterAction = (target: Target) => Promise<LetterResult>;

/** Leaves alone what is not there or not open any more, and does the rest. */
export function onlyOpen(act: LetterAction): LetterAction {
  return async (target) => {
    if (target.summary === undefined) return { kind: 'not-found' };
    const { resolvedAt, resolution } = target.summary;
    if (resolvedAt !== undefined) return skippedAs(resolution);
    return await act(target);
  };
}

/** @param resolution as the database has it. */
export function skippedAs(resolution: string | undefined): LetterResult {
  return { kind: 'skipped', reason: `already ${(resolution ?? 'resolved').toLowerCase()}` };
}
