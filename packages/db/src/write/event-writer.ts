import type { Database } from '../database.ts';
import { classifyFailure, DatabaseUnavailableError, describeFailure } from '../failure.ts';
import type { EventToWrite } from './event-rows.ts';
import { writeBatch } from './write-batch.ts';

export type WriteOutcome =
  /** Its rows are written now. */
  | { readonly kind: 'applied' }
  /** It is stored, and nothing reads it yet. */
  | { readonly kind: 'unhandled' }
  /** It was applied before; nothing changed. */
  | { readonly kind: 'duplicate' }
  /** It failed by itself, with nothing of it written. Its neighbours are not affected. */
  | {
      readonly kind: 'failed';
      readonly failureClass: 'transient' | 'permanent';
      readonly message: string;
      readonly stack: string | undefined;
    };

export interface EventWriter {
  /**
   * Applies the events, each wholly or not at all, and says what became of each, in order.
   *
   * Any repetition and any order of the same events ends in the same rows. One that fails is
   * found by halving the batch until it stands alone.
   * @throws DatabaseUnavailableError when the database is away; some events may be applied by
   *   then, and writing all of them again is safe.
   */
  write(events: readonly EventToWrite[]): Promise<readonly WriteOutcome[]>;
}

/** Deadlocks and serialization failures are retried at once, so often. */
const immediateRetries = 3;

export function createEventWriter({ prisma }: Database, now: () => Date): EventWriter {
  return {
    async write(events) {
      const distinct = [...new Map(events.map((item) => [item.event.key, item])).values()];
      const outcomes = new Map<string, WriteOutcome>();
      await writeSplitting(distinct);
      const seen = new Set<string>();
      return events.map(({ event }) => {
        const outcome = outcomes.get(event.key);
        if (outcome === undefined) throw new Error(`no outcome for event ${event.key}`);
        const isRepeated = seen.has(event.key);
        seen.add(event.key);
        return isRepeated && outcome.kind !== 'failed' ? { kind: 'duplicate' } : outcome;
      });

      async function writeSplitting(batch: readonly EventToWrite[]): Promise<void> {
        if (batch.length === 0) return;
        const failure = await tryWrite(batch, outcomes);
        if (failure === undefined) return;
        const [only] = batch;
        if (batch.length === 1 && only !== undefined) {
          outcomes.set(only.event.key, failure);
          return;
        }
        const middle = Math.ceil(batch.length / 2);
        await writeSplitting(batch.slice(0, middle));
        await writeSplitting(batch.slice(middle));
      }
    },
  };

  async function tryWrite(
    batch: readonly EventToWrite[],
    outcomes: Map<string, WriteOutcome>,
  ): Promise<WriteOutcome | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const written = await writeBatch(prisma, batch, now());
        for (const item of batch) outcomes.set(item.event.key, outcomeOf(item, written));
        return undefined;
      } catch (error) {
        const failureClass = classifyFailure(error);
        if (failureClass === 'infrastructure') throw new DatabaseUnavailableError(error);
        if (failureClass === 'transient' && attempt < immediateRetries) continue;
        const stack = error instanceof Error ? error.stack : undefined;
        return { kind: 'failed', failureClass, message: describeFailure(error), stack };
      }
    }
  }
}

function outcomeOf({ event, decision }: EventToWrite, written: ReadonlySet<string>): WriteOutcome {
  if (!written.has(event.key)) return { kind: 'duplicate' };
  return decision.kind === 'apply' ? { kind: 'applied' } : { kind: 'unhandled' };
}
