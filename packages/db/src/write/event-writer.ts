import type { Database } from '../database.ts';
import { digestOfEvent } from '../event-digest.ts';
import {
  classifyFailure,
  DatabaseUnavailableError,
  describeFailure,
  type EventFailureClass,
  isConflict,
  isLostStatement,
} from '../failure.ts';
import type { EventToWrite } from './event-rows.ts';
import { writeBatch } from './write-batch.ts';

export type WriteOutcome =
  /** Its rows are written now. */
  | { readonly kind: 'applied' }
  /** It is stored, and nobody here knows its trigger. */
  | { readonly kind: 'unhandled' }
  /** It was applied before; nothing changed. */
  | { readonly kind: 'duplicate' }
  /** It failed by itself, with nothing of it written. Its neighbours are not affected. */
  | {
      readonly kind: 'failed';
      readonly failureClass: EventFailureClass;
      readonly message: string;
      readonly stack: string | undefined;
    };

/** Hears of an event as soon as it is known what became of it. */
export type OnOutcome = (eventKey: string, outcome: WriteOutcome) => void;

export interface EventWriter {
  /**
   * Applies the events, each wholly or not at all, tells of each as soon as it is done, and
   * returns what became of all of them, in order.
   *
   * Any repetition and any order of the same events ends in the same rows. One that fails is
   * found by halving the batch until it stands alone. That has a limit in time: what is not
   * tried by then fails as worth another try, so that one event behind a lock does not hold up the rest.
   * @throws DatabaseUnavailableError when the database is away. What was told is done; writing
   *   the others again is safe.
   */
  write(events: readonly EventToWrite[], onOutcome?: OnOutcome): Promise<readonly WriteOutcome[]>;
}

/** Deadlocks and serialization failures are retried at once, so often. */
const immediateRetries = 3;
const halvingBudgetMs = 30_000;

export function createEventWriter(database: Database, now: () => Date): EventWriter {
  // Until a pooler turns out to be in between that does not keep them.
  let keepsStatements = true;
  return {
    async write(events, onOutcome) {
      const giveUpAt = now().getTime() + halvingBudgetMs;
      const outcomes = new Map<string, WriteOutcome>();
      const copies = Map.groupBy(events, ({ event }) => digestOfEvent(event));
      await writeHalving([...copies.values()].flatMap(([first]) => first ?? []));
      const seen = new Set<string>();
      return events.map(({ event }) => {
        const digest = digestOfEvent(event);
        const outcome = outcomes.get(digest);
        if (outcome === undefined) throw new Error(`no outcome for event ${event.key}`);
        const isRepeated = seen.has(digest);
        seen.add(digest);
        return isRepeated ? ofCopy(outcome) : outcome;
      });

      /** Copies under other keys too: a release before this one may not have known the trigger. */
      function tell({ event }: EventToWrite, outcome: WriteOutcome): void {
        const digest = digestOfEvent(event);
        outcomes.set(digest, outcome);
        const keys = new Set(copies.get(digest)?.map((copy) => copy.event.key));
        for (const key of keys) onOutcome?.(key, key === event.key ? outcome : ofCopy(outcome));
      }

      async function writeHalving(batch: readonly EventToWrite[]): Promise<void> {
        if (batch.length === 0) return;
        const ofBatch = batch.flatMap(
          ({ event }) => copies.get(digestOfEvent(event))?.slice(1) ?? [],
        );
        const failure = await tryWrite(batch, ofBatch, tell);
        if (failure === undefined) return;
        const isOutOfTime = now().getTime() > giveUpAt;
        if (batch.length <= 1 || isOutOfTime) {
          const outcome = isOutOfTime && batch.length > 1 ? asTransient(failure) : failure;
          for (const item of batch) tell(item, outcome);
          return;
        }
        const middle = Math.ceil(batch.length / 2);
        await writeHalving(batch.slice(0, middle));
        await writeHalving(batch.slice(middle));
      }
    },
  };

  async function tryWrite(
    batch: readonly EventToWrite[],
    copies: readonly EventToWrite[],
    tell: (item: EventToWrite, outcome: WriteOutcome) => void,
  ): Promise<FailedOutcome | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const written = await writeBatch(database, batch, copies, now(), { keepsStatements });
        for (const item of batch) tell(item, outcomeOf(item, written));
        return undefined;
      } catch (error) {
        if (keepsStatements && isLostStatement(error)) {
          keepsStatements = false;
          continue;
        }
        const failureClass = classifyFailure(error);
        if (failureClass === 'infrastructure') throw new DatabaseUnavailableError(error);
        if (isConflict(error) && attempt < immediateRetries) continue;
        const stack = error instanceof Error ? error.stack : undefined;
        return { kind: 'failed', failureClass, message: describeFailure(error), stack };
      }
    }
  }
}

type FailedOutcome = Extract<WriteOutcome, { kind: 'failed' }>;

/** Of a batch nobody knows which event is to blame. */
function asTransient(failure: FailedOutcome): FailedOutcome {
  return failure.failureClass === 'permanent' ? { ...failure, failureClass: 'transient' } : failure;
}

function ofCopy(outcome: WriteOutcome): WriteOutcome {
  return outcome.kind === 'failed' ? outcome : { kind: 'duplicate' };
}

function outcomeOf({ event, decision }: EventToWrite, written: ReadonlySet<string>): WriteOutcome {
  if (!written.has(event.key)) return { kind: 'duplicate' };
  return decision.kind === 'apply' ? { kind: 'applied' } : { kind: 'unhandled' };
}
