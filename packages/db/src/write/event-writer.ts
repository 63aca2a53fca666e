import type { Database } from '../database.ts';
import type { ErasureKeys } from '../erase/erasure-keys.ts';
import { digestOfEvent } from '../event-digest.ts';
import {
  classifyFailure,
  DatabaseUnavailableError,
  describeFailure,
  type EventFailureClass,
  isConflict,
  isLostStatement,
} from '../failure.ts';
import { ErasedListFilledError } from './event-rows.ts';
import type { EventToWrite } from './event-to-write.ts';
import { createLockedRows } from './locked-rows.ts';
import { type WriteAlongside, writeBatch } from './write-batch.ts';

export type WriteOutcome =
  /** The event's rows are written now. */
  | { readonly kind: 'applied' }
  /** The event is stored, and its trigger is unknown. */
  | { readonly kind: 'unhandled' }
  /** The event was applied before; nothing changed. */
  | { readonly kind: 'duplicate' }
  /** The event itself failed, and nothing of it is written. Other events are not affected. */
  | {
      readonly kind: 'failed';
      readonly failureClass: EventFailureClass;
      readonly message: string;
      readonly stack: string | undefined;
    };

/** A function that is called with an event's outcome as soon as that is known. */
export type OnOutcome = (eventKey: string, outcome: WriteOutcome) => void;

export interface EventWriter {
  /**
   * Applies the events, each wholly or not at all, reports the outcome of each as soon as it is
   * done, and returns all outcomes, in order.
   *
   * Any repetition and any order of the same events ends in the same rows. The writer finds a
   * failing event by halving its batch, within a limit of time. Events that are not tried by then
   * fail as blocked where a lock was in the way, and otherwise as transient. It waits briefly for
   * locks of other sessions, and more briefly where an event may be blocked.
   * @throws DatabaseUnavailableError when the database is down. Events with an outcome are done;
   *   writing the others again is safe.
   */
  write(events: readonly EventToWrite[], onOutcome?: OnOutcome): Promise<readonly WriteOutcome[]>;
  /**
   * Checks for an event about one of the same rows that was blocked in the last seconds. Such an
   * event belongs in a transaction of its own, since others would wait for the same lock with it.
   */
  mayBeBlocked(item: EventToWrite): boolean;
}

/** Immediate retries after deadlocks and serialization failures. */
const immediateRetries = 3;
const halvingBudgetMs = 30_000;
/** The limit after a lock of another session, which may last long. */
const blockedBudgetMs = 2_000;

/**
 * Opens a writer.
 * @param prepareAlongside is called before each transaction for what it writes beside the rows of
 *   its events; no more is written where it returns nothing.
 * @param erasureKeys recognise people that were erased. Without them nothing is written while anyone
 *   is on the list.
 */
export function createEventWriter(
  database: Database,
  now: () => Date,
  prepareAlongside?: () => Promise<WriteAlongside | undefined>,
  erasureKeys?: ErasureKeys,
): EventWriter {
  // True once the list of erased people had rows: then each batch asks it first.
  let asksList = false;
  // False once a pooler in between turns out to lose prepared statements.
  let keepsStatements = true;
  const lockedRows = createLockedRows();
  const { batchLockTimeoutMs, partLockTimeoutMs } = database.limits;
  return {
    mayBeBlocked: (item) => lockedRows.concerns(item),
    async write(events, onOutcome) {
      let giveUpAt = performance.now() + halvingBudgetMs;
      const outcomes = new Map<string, WriteOutcome>();
      const copies = Map.groupBy(events, ({ event }) => digestOfEvent(event));
      const distinct = [...copies.values()].flatMap(([first]) => first ?? []);
      const isSuspect = distinct.some((item) => lockedRows.concerns(item));
      const postponed: EventToWrite[] = [];
      await writeHalving(distinct, isSuspect ? partLockTimeoutMs : batchLockTimeoutMs);
      // Each pass postpones fewer events.
      while (postponed.length > 0) await writeHalving(postponed.splice(0), partLockTimeoutMs);
      const seen = new Set<string>();
      return events.map(({ event }) => {
        const digest = digestOfEvent(event);
        const outcome = outcomes.get(digest);
        if (outcome === undefined) throw new Error(`no outcome for event ${event.key}`);
        const isRepeated = seen.has(digest);
        seen.add(digest);
        return isRepeated ? ofCopy(outcome) : outcome;
      });

      /**
       * Reports an outcome, also for copies under other keys: an earlier release may not have known
       * the trigger.
       */
      function report({ event }: EventToWrite, outcome: WriteOutcome): void {
        const digest = digestOfEvent(event);
        outcomes.set(digest, outcome);
        const keys = new Set(copies.get(digest)?.map((copy) => copy.event.key));
        for (const key of keys) onOutcome?.(key, key === event.key ? outcome : ofCopy(outcome));
      }

      async function writeHalving(
        batch: readonly EventToWrite[],
        lockTimeoutMs: number,
      ): Promise<void> {
        if (batch.length === 0) return;
        const ofBatch = batch.flatMap(
          ({ event }) => copies.get(digestOfEvent(event))?.slice(1) ?? [],
        );
        const failure = await tryWrite(batch, ofBatch, lockTimeoutMs, report);
        if (failure === undefined) return;
        const isBlocked = failure.failureClass === 'blocked';
        if (isBlocked) giveUpAt = Math.min(giveUpAt, performance.now() + blockedBudgetMs);
        const isOutOfTime = performance.now() > giveUpAt;
        if (batch.length <= 1 || isOutOfTime) {
          const outcome = isOutOfTime && batch.length > 1 ? asTransient(failure) : failure;
          for (const item of batch) report(item, outcome);
          return;
        }
        const partTimeoutMs = isBlocked ? partLockTimeoutMs : lockTimeoutMs;
        const middle = Math.ceil(batch.length / 2);
        await writeHalving(postponeSuspects(batch.slice(0, middle)), partTimeoutMs);
        await writeHalving(postponeSuspects(batch.slice(middle)), partTimeoutMs);
      }

      /** Postpones events that share a row with a blocked one until after all others. */
      function postponeSuspects(part: readonly EventToWrite[]): readonly EventToWrite[] {
        const suspects = part.filter((item) => lockedRows.concerns(item));
        if (suspects.length === part.length) return part;
        postponed.push(...suspects);
        return part.filter((item) => !suspects.includes(item));
      }
    },
  };

  async function tryWrite(
    batch: readonly EventToWrite[],
    copies: readonly EventToWrite[],
    lockTimeoutMs: number,
    report: (item: EventToWrite, outcome: WriteOutcome) => void,
  ): Promise<FailedOutcome | undefined> {
    let asks = false;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const options = { keepsStatements, lockTimeoutMs };
        const alongside = await prepareAlongside?.();
        asks ||= asksList;
        const { written, isListEmpty } = await writeBatch(
          { database, options, alongside, erasureKeys, asksList: asks },
          { events: batch, copies, appliedAt: now() },
        );
        if (asks) asksList = !isListEmpty;
        lockedRows.remove(batch);
        for (const item of batch) report(item, outcomeOf(item, written));
        return undefined;
      } catch (error) {
        if (keepsStatements && isLostStatement(error)) {
          keepsStatements = false;
          continue;
        }
        // Another batch may have found out before: this one asks either way.
        if (error instanceof ErasedListFilledError) {
          asks = true;
          continue;
        }
        const failureClass = classifyFailure(error);
        if (failureClass === 'infrastructure') throw new DatabaseUnavailableError(error);
        if (isConflict(error) && attempt < immediateRetries) continue;
        const [lone] = batch;
        if (failureClass === 'blocked' && batch.length === 1 && lone) lockedRows.add(lone);
        const stack = error instanceof Error ? error.stack : undefined;
        return { kind: 'failed', failureClass, message: describeFailure(error), stack };
      }
    }
  }
}

type FailedOutcome = Extract<WriteOutcome, { kind: 'failed' }>;

/**
 * Turns the permanent failure of a batch into a transient one: the failing event is unknown. A
 * blocked one stays blocked.
 */
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
