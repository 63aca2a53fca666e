import {
  type Database,
  DatabaseUnavailableError,
  dropOldWeeks,
  handleDeletedContacts,
  isUnavailable,
  type OnContactDelete,
  type Proceed,
  pruneBatch,
  pruneGuards,
  pruneOutbound,
  pruneProjection,
  redactOld,
  requirePast,
  whileAvailable,
} from '@sinch-callbacks/db';
import { pruneTasks } from '@sinch-callbacks/handlers';
import { QueueUnavailableError } from '@sinch-callbacks/queue';
import { endedBy } from './ended-by.ts';
import type { RetentionPlan } from './plan-retention.ts';
import type { RetainedRows } from './retained-rows.ts';

/**
 * Limits of the database that {@link runRetention} and `countRetention` need: to count and move the
 * rows of a large week takes minutes, in which the connection is silent.
 */
export const retentionLimits = { silenceTimeoutMs: 30 * 60_000 } as const;

const batchSize = 1_000;
const redactedAtOnce = 500;

/** The steps of a run are told apart by their table and action. */
export type RetentionStep = Pick<RetainedRows, 'table' | 'action'>;

export interface FailedStep {
  readonly step: RetentionStep;
  readonly error: unknown;
}

export interface RetentionEnd {
  /** False where `proceed` ended it. After that or a crash, the same call does the rest. */
  readonly isComplete: boolean;
  /** The steps that did not do all of theirs, in their order. */
  readonly failures: readonly FailedStep[];
}

export interface RetentionWork {
  /** Asked between batches. It ends the run early by false. */
  readonly proceed: Proceed;
  /** Called after each step, also where it ends early. */
  readonly onRows: (rows: RetainedRows) => void;
  /** Called with each step that failed or was left out because of one. The others go on. */
  readonly onFailure?: (step: RetentionStep, error: unknown) => void;
  /** Called with each contact that failed, which is due again at the next run. */
  readonly onContactFailed?: (sinchContactId: string, error: unknown) => void;
  readonly eraseContact?: EraseContact;
}

/**
 * Removes and redacts what is older than the plan says, in batches. Letters go first, since their
 * events stay as long as they do; then weeks, guards and settled tasks, which are remembered for as
 * long as their event's guard.
 *
 * A step that fails does not keep the others from running, unless the database is down: what must go
 * by law does not wait for a partition that cannot be dropped. The keys of outbound messages alone
 * wait: where events may have stayed, their handlers may run again and send the same once more. A
 * contact that could not be erased is reported as failed, and is no failure of its step.
 * @throws DatabaseUnavailableError or FutureInstantError at once.
 */
export async function runRetention(
  database: Database,
  plan: RetentionPlan,
  work: RetentionWork,
): Promise<RetentionEnd> {
  await requirePast(database, instantsOf(plan));
  let isComplete = true;
  const goOn: Proceed = async (removed) => {
    // Several may be asked at a time: a later answer takes no refusal back.
    const may = await work.proceed(removed);
    isComplete = isComplete && may;
    return isComplete;
  };
  const failures: FailedStep[] = [];
  for (const [step, run] of stepsOf(database, plan, { ...work, proceed: goOn })) {
    try {
      if (step.table === 'outbound') requireDone(failures);
      await run();
    } catch (error) {
      if (isDown(error)) throw error;
      work.onFailure?.(step, error);
      failures.push({ step, error });
    }
    if (!isComplete) break;
  }
  return { isComplete, failures };
}

const outlivedByKeys: ReadonlySet<string> = new Set([
  'dead_letter',
  'callback_event',
  'event_guard',
  'handler_task',
]);

/** A handler that runs again would send the same message again. */
function requireDone(failures: readonly FailedStep[]): void {
  const failed = failures.find(({ step }) => outlivedByKeys.has(step.table));
  if (failed === undefined) return;
  throw new Error(`keys stay while events may: ${failed.step.table} failed in this run`);
}

function instantsOf(plan: RetentionPlan): readonly Date[] {
  const { eventsBefore, guardsBefore, tablesBefore, redactBefore, deletedContacts } = plan;
  const tables = tablesBefore.map(({ before }) => before);
  const others = [eventsBefore, guardsBefore, redactBefore, deletedContacts?.before];
  return [...tables, ...others].filter((before) => before !== undefined);
}

/**
 * Each step would fail. A missing privilege, which counts as unavailable too, concerns one step.
 */
function isDown(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError && isUnavailable(error.cause);
}

type Step = readonly [step: RetentionStep, run: () => Promise<void>];

/** The policy to erase the contacts that Sinch deleted. */
export type EraseContact = Omit<Extract<OnContactDelete, { readonly kind: 'erase' }>, 'kind'>;

const noErasure: EraseContact = {
  erase: async () => {
    throw new Error('contacts cannot be erased here');
  },
};

function stepsOf(
  database: Database,
  { eventsBefore, guardsBefore, tablesBefore, redactBefore, deletedContacts }: RetentionPlan,
  { proceed, onRows, onContactFailed, eraseContact = noErasure }: RetentionWork,
): readonly Step[] {
  const removed = (table: RetainedRows['table'], rows: number) =>
    onRows({ table, action: 'removed', rows });
  const steps: Step[] = [];
  const remove = (table: string, work: () => Promise<number>) =>
    steps.push([{ table, action: 'removed' }, async () => removed(table, await work())]);
  if (eventsBefore !== undefined) {
    const letters = { table: 'dead_letter', action: 'removed' } as const;
    steps.push([letters, () => pruneLetters(database, eventsBefore, proceed, removed)]);
    remove('callback_event', () => dropOldWeeks(database, eventsBefore, proceed));
  }
  if (guardsBefore !== undefined) {
    remove('event_guard', () => pruneGuards(database, guardsBefore, proceed));
    remove('handler_task', () => whileAvailable(() => pruneTasks(database, guardsBefore, proceed)));
  }
  for (const { table, before } of tablesBefore) {
    remove(table, () =>
      table === 'outbound'
        ? pruneOutbound(database, before, proceed)
        : pruneProjection(database, table, before, proceed),
    );
  }
  if (redactBefore !== undefined) {
    const byAge = async () => {
      const rows = await endedBy(proceed, async (signal, afterBatch) => {
        return await redactOld(database, redactBefore, redactedAtOnce, signal, afterBatch);
      });
      for (const [table, count] of Object.entries(rows)) {
        onRows({ table, action: 'redacted', rows: count });
      }
    };
    steps.push([{ table: 'all', action: 'redacted' }, byAge]);
  }
  if (deletedContacts !== undefined) {
    const { policy, before } = deletedContacts;
    const action = policy === 'erase' ? 'removed' : 'redacted';
    const failed = () => onRows({ table: 'contact', action: 'failed', rows: 1 });
    const erase: EraseContact['erase'] = async (id, pace) => {
      const outcome = await eraseContact.erase(id, pace);
      if (outcome === 'left') failed();
      return outcome;
    };
    const onFailed = (id: string, error: unknown) => {
      // Each contact would fail.
      if (error instanceof QueueUnavailableError) throw error;
      failed();
      onContactFailed?.(id, error);
    };
    const how = policy === 'erase' ? { ...eraseContact, kind: policy, erase } : { kind: policy };
    const treat = async () => {
      const { contacts } = await endedBy(proceed, async (signal, afterBatch) => {
        const pace = { signal, afterBatch };
        const work = { batch: redactedAtOnce, pace, onFailed };
        return await handleDeletedContacts(database, how, before, work);
      });
      onRows({ table: 'contact', action, rows: contacts });
    };
    steps.push([{ table: 'contact', action }, treat]);
  }
  return steps;
}

/** Removes closed letters with their events, and settled events of weeks without a partition. */
async function pruneLetters(
  database: Database,
  before: Date,
  proceed: Proceed,
  removed: (table: RetainedRows['table'], rows: number) => void,
): Promise<void> {
  for (;;) {
    const { events, deadLetters } = await pruneBatch(database, before, batchSize);
    removed('callback_event', events);
    removed('dead_letter', deadLetters);
    const isLast = events + deadLetters === 0;
    if (isLast || !(await proceed(events + deadLetters))) return;
  }
}
