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
import type { EventToWrite } from './event-to-write.ts';
import { createLockedRows } from './locked-rows.ts';
import { writeBatch } from './write-batch.ts';

export type WriteOutcome =
  /** Its rows are written now. */
  | { readonly kind: 'applied' }
  /** It is stored, and its trigger is unknown. */
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
   * tried by then fails as worth another try. Locks of others are waited for briefly, and more
   * briefly where one of the events may be blocked.
   * @throws DatabaseUnavailableError when the database is away. What was told is done; writing
   *   the others again is safe.
   */
  write(events: readonly EventToWrite[], onOutcome?: OnOutcome): Promise<readonly WriteOutcome[]>;
  /**
   * Tells whether an event about one of the same rows was blocked in the last seconds. It belongs
   * in a transaction apart from others, which would wait for the same lock with it.
   */
  mayBeBlocked(item: EventToWrite): boolean;
}

/** Deadlocks and serialization failures are retried at once, so often. */
const immediateRetries = 3;
const halvingBudgetMs = 30_000;
/** The same, once another session's lock is in the way: it may be there for long. */
const blockedBudgetMs = 2_000;

export function createEventWriter(database: Database, now: () => Date): EventWriter {
  // Until a pooler turns out to be in between that does not keep them.
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
      const late: EventToWrite[] = [];
      await writeHalving(distinct, isSuspect ? partLockTimeoutMs : batchLockTimeoutMs);
      // What is put off again while these are tried is fewer each time.
      while (late.length > 0) await writeHalving(late.splice(0), partLockTimeoutMs);
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

      async function writeHalving(
        batch: readonly EventToWrite[],
        lockTimeoutMs: number,
      ): Promise<void> {
        if (batch.length === 0) return;
        const ofBatch = batch.flatMap(
          ({ event }) => copies.get(digestOfEvent(event))?.slice(1) ?? [],
        );
        const failure = await tryWrite(batch, ofBatch, lockTimeoutMs, tell);
        if (failure === undefined) return;
        const isBlocked = failure.failureClass === 'blocked';
        if (isBlocked) giveUpAt = Math.min(giveUpAt, performance.now() + blockedBudgetMs);
        const isOutOfTime = performance.now() > giveUpAt;
        if (batch.length <= 1 || isOutOfTime) {
          const outcome = isOutOfTime && batch.length > 1 ? asTransient(failure) : failure;
          for (const item of batch) tell(item, outcome);
          return;
        }
        const partTimeoutMs = isBlocked ? partLockTimeoutMs : lockTimeoutMs;
        const middle = Math.ceil(batch.length / 2);
        await writeHalving(putOffSuspects(batch.slice(0, middle)), partTimeoutMs);
        await writeHalving(putOffSuspects(batch.slice(middle)), partTimeoutMs);
      }

      /** What shares a row with one that was just found blocked is tried after all others. */
      function putOffSuspects(part: readonly EventToWrite[]): readonly EventToWrite[] {
        const suspects = part.filter((item) => lockedRows.concerns(item));
        if (suspects.length === part.length) return part;
        late.push(...suspects);
        return part.filter((item) => !suspects.includes(item));
      }
    },
  };

  async function tryWrite(
    batch: readonly EventToWrite[],
    copies: readonly EventToWrite[],
    lockTimeoutMs: number,
    tell: (item: EventToWrite, outcome: WriteOutcome) => void,
  ): Promise<FailedOutcome | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const options = { keepsStatements, lockTimeoutMs };
        const written = await writeBatch(database, batch, copies, now(), options);
        lockedRows.remove(batch);
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
        const [lone] = batch;
        if (failureClass === 'blocked' && batch.length === 1 && lone) lockedRows.add(lone);
        const stack = error instanceof Error ? error.stack : undefined;
        return { kind: 'failed', failureClass, message: describeFailure(error), stack };
      }
    }
  }
}

type FailedOutcome = Extract<WriteOutcome, { kind: 'failed' }>;

/** Which event of a batch is to blame is unknown. */
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
