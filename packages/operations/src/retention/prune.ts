import { type Database, type Prunable, toTheEnd } from '@sinch-callbacks/db';
import { countRetention } from './count-retention.ts';
import type { RetentionPlan } from './plan-retention.ts';
import type { RetainedRows } from './retained-rows.ts';
import { type FailedStep, runRetention } from './run-retention.ts';

/** The instants before which rows go. */
export interface PruneCutoffs {
  /** For events and dead letters. */
  readonly before: Date;
  /** For guards; never later than `before`. */
  readonly guardsBefore: Date;
  /** For outbound messages; absent where they stay. */
  readonly outboundBefore?: Date | undefined;
}

/** The rows that were removed, or would be. */
export type PruneCounts = Prunable & { readonly guards: number; readonly outbound: number };

export interface PruneAges {
  readonly olderThanMs: number;
  /** Defaults to `olderThanMs`. */
  readonly guardOlderThanMs?: number | undefined;
  /** Outbound messages stay without it: each is the memory of its key. */
  readonly outboundOlderThanMs?: number | undefined;
}

export type PrunePlan =
  | ({ readonly kind: 'planned' } & PruneCutoffs)
  /** The age is under {@link minAgeDays}. */
  | { readonly kind: 'too-young'; readonly age: keyof PruneAges };

const dayMs = 86_400_000;
/** A week, in which rejected callbacks can be rechecked, and a day, in which Sinch retries. */
export const minAgeDays = 8;

/** Converts ages to instants, and refuses ages at which a duplicate could still come. */
export function planPrune(ages: PruneAges, now: Date): PrunePlan {
  const { olderThanMs, guardOlderThanMs = olderThanMs, outboundOlderThanMs } = ages;
  if (olderThanMs < minAgeDays * dayMs) return { kind: 'too-young', age: 'olderThanMs' };
  if (guardOlderThanMs < minAgeDays * dayMs) return { kind: 'too-young', age: 'guardOlderThanMs' };
  if (outboundOlderThanMs !== undefined && outboundOlderThanMs < minAgeDays * dayMs) {
    return { kind: 'too-young', age: 'outboundOlderThanMs' };
  }
  const before = new Date(now.getTime() - olderThanMs);
  // Without its guard, a duplicate of a stored event would be stored a second time.
  const guardsMs = Math.max(olderThanMs, guardOlderThanMs);
  const guardsBefore = new Date(now.getTime() - guardsMs);
  if (outboundOlderThanMs === undefined) return { kind: 'planned', before, guardsBefore };
  // A key is remembered for longer than the event whose handler gave it.
  const outboundBefore = new Date(now.getTime() - Math.max(guardsMs, outboundOlderThanMs));
  return { kind: 'planned', before, guardsBefore, outboundBefore };
}

/** Counts what {@link prune} would remove. @throws DatabaseUnavailableError. */
export async function countToPrune(
  database: Database,
  cutoffs: PruneCutoffs,
): Promise<PruneCounts> {
  return countsOf(await countRetention(database, retentionOf(cutoffs)));
}

/** What {@link prune} removed, and the steps that did not do all of theirs. */
export interface Pruned {
  readonly counts: PruneCounts;
  readonly failures: readonly FailedStep[];
}

/**
 * Removes what is applied or closed, in batches. After an interruption or a failure, the same call
 * removes the rest.
 * @throws DatabaseUnavailableError where the database is down.
 */
export async function prune(database: Database, cutoffs: PruneCutoffs): Promise<Pruned> {
  const removed: RetainedRows[] = [];
  const onRows = (rows: RetainedRows) => void removed.push(rows);
  const work = { proceed: toTheEnd, onRows };
  const { failures } = await runRetention(database, retentionOf(cutoffs), work);
  return { counts: countsOf(removed), failures };
}

function retentionOf({ before, guardsBefore, outboundBefore }: PruneCutoffs): RetentionPlan {
  const tablesBefore =
    outboundBefore === undefined ? [] : [{ table: 'outbound', before: outboundBefore } as const];
  return { eventsBefore: before, guardsBefore, tablesBefore };
}

function countsOf(counts: readonly RetainedRows[]): PruneCounts {
  const of = (table: RetainedRows['table']) =>
    counts.filter((one) => one.table === table).reduce((sum, { rows }) => sum + rows, 0);
  return {
    events: of('callback_event'),
    deadLetters: of('dead_letter'),
    guards: of('event_guard'),
    outbound: of('outbound'),
  };
}
