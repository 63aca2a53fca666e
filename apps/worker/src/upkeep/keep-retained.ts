import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerConfig } from '@sinch-callbacks/config';
import {
  type Database,
  findLastRetention,
  noteRetention,
  openDatabase,
  type Proceed,
  readServerTime,
  runExclusively,
} from '@sinch-callbacks/db';
import {
  agreedTime,
  type EraseContact,
  hasRetention,
  planRetention,
  type RetainedRows,
  type RetentionWork,
  retentionLimits,
  runRetention,
  scheduleText,
} from '@sinch-callbacks/operations';
import {
  contactNotTreated,
  type RetentionOutcome,
  retentionEnded,
  retentionStepFailed,
  type Telemetry,
} from '@sinch-callbacks/telemetry';

export interface RetentionKeeper {
  /** Begins no more batches, and waits a moment for the one in progress. */
  stop(): Promise<void>;
}

export interface RetentionTimings {
  /** Until the first look, and between two looks at whether it is due. */
  readonly lookMs: number;
  /** From the end of one complete run to the next, of whichever worker. */
  readonly everyMs: number;
  /** After a failure, or where callbacks wait. */
  readonly againMs: number;
  /** After each batch that removed something, so that writers come in between. */
  readonly pauseMs: number;
}

export const defaultRetentionTimings: RetentionTimings = {
  lookMs: 10 * 60_000,
  everyMs: 24 * 3_600_000,
  againMs: 15 * 60_000,
  pauseMs: 200,
};

type RetentionSettings = Pick<WorkerConfig, 'databaseUrl' | 'retention' | 'contactDelete'>;

/**
 * One holds the lock for as long as a run lasts. Apart from the pool that events are written by.
 */
const poolSize = 2;
/** For a batch in progress. One that is cut off by the end of the process is rolled back. */
const stopWithinMs = 3_000;
/** Between two looks at the queue. */
const queueLookMs = 5_000;
/** For the answer of the queue. While Redis is down, its client waits for it. */
const queueAnswerMs = 5_000;

/**
 * Removes and redacts what is old, by the schedule of the variables. Of all workers one does it at a
 * time, and once in each interval. One that fails, stops or is killed leaves the rest to the next.
 * @param isBehind true while callbacks wait in the queue: nothing is removed meanwhile.
 * @param openEraser opens what erases contacts that Sinch deleted, for a run, where that is the
 *   policy.
 */
export function keepRetained(
  { databaseUrl, retention, contactDelete }: RetentionSettings,
  isBehind: () => Promise<boolean>,
  telemetry: Telemetry,
  timings: RetentionTimings,
  now: () => Date,
  openEraser?: (database: Database) => EraseContact,
): RetentionKeeper | undefined {
  const days = { ...retention, contactDelete };
  if (!hasRetention(days)) return undefined;
  const database = openDatabase({ url: databaseUrl, poolSize, limits: retentionLimits });
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let doneHereAt = Number.NEGATIVE_INFINITY;

  async function runAndReport(): Promise<void> {
    const removed: Record<string, number> = {};
    let [outcome, error]: [RetentionOutcome, unknown] = ['failed', undefined];
    try {
      outcome = await run(removed);
    } catch (caught) {
      if (stopping.signal.aborted) outcome = 'interrupted';
      error = caught;
    }
    retentionEnded(telemetry, { outcome, removed, error });
    const isSoon = outcome === 'failed' || outcome === 'behind' || outcome === 'interrupted';
    schedule(isSoon ? timings.againMs : timings.lookMs);
  }

  async function run(removed: Record<string, number>): Promise<RetentionOutcome> {
    if (await looksBehind()) return stopping.signal.aborted ? 'interrupted' : 'behind';
    const exclusive = await runExclusively(database, 'retention', async (lost) => {
      return await runIfDue(lost, removed);
    });
    return exclusive.kind === 'busy' ? 'busy' : exclusive.value;
  }

  /** A queue that does not answer in time may hold callbacks that wait. */
  async function looksBehind(): Promise<boolean> {
    const answered = new AbortController();
    const signal = AbortSignal.any([answered.signal, stopping.signal]);
    const missed = sleep(queueAnswerMs, undefined, { signal }).then(yes, yes);
    const isLate = await Promise.race([isBehind().catch(yes), missed]);
    answered.abort();
    return isLate;
  }

  async function runIfDue(
    lost: AbortSignal,
    removed: Record<string, number>,
  ): Promise<RetentionOutcome> {
    const startedAt = await agreedTime(database, now);
    const byText = scheduleText(days);
    if (await isDone(byText, startedAt)) return 'not-due';
    const isEnded = () => stopping.signal.aborted || lost.aborted;
    let wasBehind = false;
    let lookedAt = performance.now();
    const proceed: Proceed = async (rows) => {
      if (isEnded()) return false;
      if (rows > 0) await sleep(timings.pauseMs, undefined, { signal: stopping.signal }).catch(no);
      if (performance.now() - lookedAt >= queueLookMs) {
        lookedAt = performance.now();
        const isBehindNow = await looksBehind();
        wasBehind = wasBehind || isBehindNow;
      }
      return !(wasBehind || isEnded());
    };
    const plan = planRetention(days, startedAt);
    const { isComplete, failures } = await runRetention(database, plan, workOf(proceed, removed));
    if (!isComplete) return wasBehind && !isEnded() ? 'behind' : 'interrupted';
    const [failed] = failures;
    if (failed !== undefined) throw failed.error;
    const finishedAt = await readServerTime(database);
    doneHereAt = finishedAt.getTime();
    await noteRetention(database, { startedAt, finishedAt, schedule: byText, removed });
    telemetry.metrics.retentionSucceeded(finishedAt);
    return 'complete';
  }

  function workOf(proceed: Proceed, removed: Record<string, number>): RetentionWork {
    const eraseContact = openEraser?.(database);
    const { policy } = contactDelete;
    return {
      proceed,
      onRows(rows: RetainedRows) {
        telemetry.metrics.rowsRetired(rows);
        if (rows.rows === 0) return;
        const name = `${rows.table} ${rows.action}`;
        removed[name] = (removed[name] ?? 0) + rows.rows;
      },
      onFailure(step, error) {
        if (!stopping.signal.aborted) retentionStepFailed(telemetry, { ...step, error });
      },
      onContactFailed(contactId, error) {
        if (policy === 'keep') return;
        contactNotTreated(telemetry, { contactId, policy, reason: 'failed', error });
      },
      ...(eraseContact && { eraseContact }),
    };
  }

  /**
   * Checks for a complete run in the interval that ends now: of any worker by the same schedule, or
   * of this one. So workers with different schedules do not undercut each other's interval. One that
   * was done in the future, while the clocks were wrong, does not count.
   */
  async function isDone(byText: string, at: Date): Promise<boolean> {
    const last = await findLastRetention(database);
    if (last === undefined) return false;
    telemetry.metrics.retentionSucceeded(last.finishedAt);
    const since = at.getTime() - timings.everyMs;
    const isDoneHere = doneHereAt > since && doneHereAt <= at.getTime();
    return isDoneHere || (last.finishedAt.getTime() > since && last.schedule === byText);
  }

  function schedule(afterMs: number): void {
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => {
      running = runAndReport();
    }, afterMs);
  }

  schedule(timings.lookMs);
  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      const closed = running.then(async () => await database.close());
      await Promise.race([closed, sleep(stopWithinMs, undefined, { ref: false })]);
    },
  };
}

const yes = () => true;
const no = () => undefined;
