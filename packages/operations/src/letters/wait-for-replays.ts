import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, type DeadLetterSummary, listDeadLetters } from '@sinch-callbacks/db';

/** A letter whose replay is on the queue. */
export interface ReplayedLetter {
  readonly key: string;
  /** The time of its death before the replay. Another time means that it died again. */
  readonly deadAt: Date;
}

/** A replay's outcome. `unsettled`: none within the time allowed. */
export type SettledAs = 'applied' | 'discarded' | 'dead-again' | 'unsettled';

export interface Waiting {
  readonly timeoutMs: number;
  readonly onSettled: (key: string, as: SettledAs) => void;
}

const pageSize = 500;
const pollMs = 250;

/** Waits until each replay is applied or dead again, or time is up. Polls only the database. */
export async function waitForReplays(
  database: Database,
  replayed: readonly ReplayedLetter[],
  { timeoutMs, onSettled }: Waiting,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let from = 0; from < replayed.length; from += pageSize) {
    let open = replayed.slice(from, from + pageSize);
    for (;;) {
      const settled = await settledAmong(database, open);
      for (const { key } of open) {
        const as = settled.get(key);
        if (as) onSettled(key, as);
      }
      open = open.filter(({ key }) => !settled.has(key));
      if (open.length === 0 || performance.now() >= deadline) break;
      await sleep(pollMs);
    }
    for (const { key } of open) onSettled(key, 'unsettled');
  }
}

async function settledAmong(
  database: Database,
  open: readonly ReplayedLetter[],
): Promise<ReadonlyMap<string, SettledAs>> {
  const keys = open.map(({ key }) => key);
  const filter = { keys, includeResolved: true };
  const summaries = await listDeadLetters(database, filter, { limit: keys.length });
  const byKey = new Map(summaries.map((summary) => [summary.eventKey, summary]));
  return new Map(
    open.flatMap((letter): [string, SettledAs][] => {
      const as = settledAs(letter, byKey.get(letter.key));
      return as ? [[letter.key, as]] : [];
    }),
  );
}

/**
 * Returns `undefined` while the replay is under way. Times are compared for equality alone: they
 * may come from the clocks of two machines.
 */
export function settledAs(
  { deadAt }: ReplayedLetter,
  now: Pick<DeadLetterSummary, 'deadAt' | 'resolvedAt' | 'resolution'> | undefined,
): SettledAs | undefined {
  if (now === undefined) return undefined;
  if (now.resolvedAt) return now.resolution === 'DISCARDED' ? 'discarded' : 'applied';
  return now.deadAt.getTime() === deadAt.getTime() ? undefined : 'dead-again';
}
