import {
  countInOldWeeks,
  countPrunable,
  countPrunableGuards,
  countPrunableOutbound,
  type Database,
  dropOldWeeks,
  type Prunable,
  pruneBatch,
  pruneGuards,
  pruneOutbound,
  whileAvailable,
} from '@sinch-callbacks/db';
import { pruneTasks } from '@sinch-callbacks/handlers';

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
const batchSize = 1_000;

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
  { before, guardsBefore, outboundBefore }: PruneCutoffs,
): Promise<PruneCounts> {
  const { events, deadLetters } = await countPrunable(database, before);
  const inWeeks = await countInOldWeeks(database, before);
  const guards = await countPrunableGuards(database, guardsBefore);
  const outbound =
    outboundBefore === undefined ? 0 : await countPrunableOutbound(database, outboundBefore);
  return { events: events + inWeeks, deadLetters, guards, outbound };
}

/**
 * Removes what is applied or closed, in batches. Letters go first, since their events stay as long
 * as they do; guards go last. After an interruption, the same call removes the rest.
 * @throws DatabaseUnavailableError.
 */
export async function prune(
  database: Database,
  { before, guardsBefore, outboundBefore }: PruneCutoffs,
): Promise<PruneCounts> {
  let [events, deadLetters] = [0, 0];
  for (;;) {
    const removed = await pruneBatch(database, before, batchSize);
    if (removed.events + removed.deadLetters === 0) break;
    events += removed.events;
    deadLetters += removed.deadLetters;
  }
  events += await dropOldWeeks(database, before);
  const guards = await pruneGuards(database, guardsBefore);
  // Last: a task is remembered for as long as its event's guard.
  await whileAvailable(() => pruneTasks(database, guardsBefore));
  const outbound = outboundBefore === undefined ? 0 : await pruneOutbound(database, outboundBefore);
  return { events, deadLetters, guards, outbound };
}
