import {
  type Database,
  dropOldWeeks,
  handleDeletedContacts,
  type Proceed,
  pruneBatch,
  pruneGuards,
  pruneOutbound,
  pruneProjection,
  redactOld,
  whileAvailable,
} from '@sinch-callbacks/db';
import { pruneTasks } from '@sinch-callbacks/handlers';
import { endedBy } from './ended-by.ts';
import type { RetentionPlan } from './plan-retention.ts';
import type { RetainedRows } from './retained-rows.ts';

const batchSize = 1_000;
const redactedAtOnce = 500;

/**
 * Removes and redacts what is older than the plan says, in batches. Letters go first, since their
 * events stay as long as they do; then weeks, guards and settled tasks, which are remembered for as
 * long as their event's guard. Calls `onRows` after each step, also where it ends early.
 *
 * A contact that could not be erased ends nothing, and is reported as failed.
 *
 * Resolves with true at the end, and with false where `proceed` ended it. After that or a crash, the
 * same call does the rest.
 * @throws DatabaseUnavailableError.
 */
export async function runRetention(
  database: Database,
  plan: RetentionPlan,
  proceed: Proceed,
  onRows: (rows: RetainedRows) => void,
  eraseContact: EraseContact = noErasure,
): Promise<boolean> {
  let isComplete = true;
  const goOn: Proceed = async (removed) => {
    isComplete &&= await proceed(removed);
    return isComplete;
  };
  for (const step of stepsOf(database, plan, goOn, onRows, eraseContact)) {
    await step();
    if (!isComplete) return false;
  }
  return true;
}

type Step = () => Promise<void>;

/**
 * Removes a person, with all contacts that were merged into it. Returns false where it could not:
 * the contact is due again at the next run.
 */
export type EraseContact = (sinchContactId: string) => Promise<boolean>;

const noErasure: EraseContact = async () => {
  throw new Error('contacts cannot be erased here');
};

function stepsOf(
  database: Database,
  { eventsBefore, guardsBefore, tablesBefore, redactBefore, deletedContacts }: RetentionPlan,
  proceed: Proceed,
  onRows: (rows: RetainedRows) => void,
  erase: EraseContact,
): readonly Step[] {
  const removed = (table: RetainedRows['table'], rows: number) =>
    onRows({ table, action: 'removed', rows });
  const steps: Step[] = [];
  if (eventsBefore !== undefined) {
    steps.push(
      async () => await pruneLetters(database, eventsBefore, proceed, removed),
      async () => removed('callback_event', await dropOldWeeks(database, eventsBefore, proceed)),
    );
  }
  if (guardsBefore !== undefined) {
    steps.push(
      async () => removed('event_guard', await pruneGuards(database, guardsBefore, proceed)),
      async () => {
        const tasks = await whileAvailable(() => pruneTasks(database, guardsBefore, proceed));
        removed('handler_task', tasks);
      },
    );
  }
  for (const { table, before } of tablesBefore) {
    steps.push(async () =>
      removed(
        table,
        table === 'outbound'
          ? await pruneOutbound(database, before, proceed)
          : await pruneProjection(database, table, before, proceed),
      ),
    );
  }
  if (redactBefore !== undefined) {
    steps.push(async () => {
      const rows = await endedBy(proceed, async (signal, afterBatch) => {
        return await redactOld(database, redactBefore, redactedAtOnce, signal, afterBatch);
      });
      for (const [table, count] of Object.entries(rows)) {
        onRows({ table, action: 'redacted', rows: count });
      }
    });
  }
  if (deletedContacts !== undefined) {
    const { policy, before } = deletedContacts;
    const eraseOrReport = async (id: string) => {
      const isErased = await erase(id);
      if (!isErased) onRows({ table: 'contact', action: 'failed', rows: 1 });
      return isErased;
    };
    const how = policy === 'erase' ? { kind: policy, erase: eraseOrReport } : { kind: policy };
    steps.push(async () => {
      const { contacts } = await endedBy(proceed, async (signal, afterBatch) => {
        return await handleDeletedContacts(
          database,
          how,
          before,
          redactedAtOnce,
          signal,
          afterBatch,
        );
      });
      const action = policy === 'erase' ? 'removed' : 'redacted';
      onRows({ table: 'contact', action, rows: contacts });
    });
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
