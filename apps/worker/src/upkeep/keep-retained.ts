import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerConfig } from '@sinch-callbacks/config';
import {
  type Database,
  findLastRetention,
  noteRetention,
  openDatabase,
  type Proceed,
  runExclusively,
} from '@sinch-callbacks/db';
import {
  type EraseContact,
  hasRetention,
  planRetention,
  type RetainedRows,
  runRetention,
} from '@sinch-callbacks/operations';
import { type RetentionOutcome, retentionEnded, type Telemetry } from '@sinch-callbacks/telemetry';

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

/** One holds the lock for as long as a run lasts. Apart from the pool that events are written by. */
const poolSize = 2;
/** To count and move the rows of a large week takes minutes, in which its connection is silent. */
const silenceTimeoutMs = 30 * 60_000;
/** For a batch in progress. One that is cut off by the end of the process is rolled back. */
const stopWithinMs = 3_000;
/** Between two looks at the queue. */
const queueLookMs = 5_000;

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
  const database = openDatabase({ url: databaseUrl, poolSize, limits: { silenceTimeoutMs } });
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
      error = caught;
    }
    retentionEnded(telemetry, { outcome, removed, error });
    const isSoon = outcome === 'failed' || outcome === 'behind' || outcome === 'interrupted';
    schedule(isSoon ? timings.againMs : timings.lookMs);
  }

  async function run(removed: Record<string, number>): Promise<RetentionOutcome> {
    if (await isBehind()) return 'behind';
    const exclusive = await runExclusively(database, 'retention', async (lost) => {
      return await runIfDue(lost, removed);
    });
    return exclusive.kind === 'busy' ? 'busy' : exclusive.value;
  }

  async function runIfDue(
    lost: AbortSignal,
    removed: Record<string, number>,
  ): Promise<RetentionOutcome> {
    const startedAt = now();
    const byDays = JSON.stringify(retention);
    if (await isDone(database, byDays, startedAt)) return 'not-due';
    let wasBehind = false;
    let lookedAt = startedAt.getTime();
    const proceed: Proceed = async (rows) => {
      if (rows > 0) await sleep(timings.pauseMs, undefined, { signal: stopping.signal }).catch(no);
      if (now().getTime() - lookedAt >= queueLookMs) {
        lookedAt = now().getTime();
        wasBehind = await isBehind();
      }
      return !(wasBehind || lost.aborted || stopping.signal.aborted);
    };
    const plan = planRetention(days, startedAt);
    const onRows = (rows: RetainedRows) => {
      telemetry.metrics.rowsRetired(rows);
      if (rows.rows === 0) return;
      const name = `${rows.table} ${rows.action}`;
      removed[name] = (removed[name] ?? 0) + rows.rows;
    };
    const isComplete = await runRetention(database, plan, proceed, onRows, openEraser?.(database));
    if (!isComplete) return wasBehind ? 'behind' : 'interrupted';
    const finishedAt = now();
    doneHereAt = finishedAt.getTime();
    await noteRetention(database, { startedAt, finishedAt, schedule: byDays, removed });
    telemetry.metrics.retentionSucceeded(finishedAt);
    return 'complete';
  }

  /**
   * Checks for a complete run in the interval that ends now: of any worker by the same days, or of
   * this one. So workers with different days do not undercut each other's interval.
   */
  async function isDone(from: Database, byDays: string, at: Date): Promise<boolean> {
    const last = await findLastRetention(from);
    if (last === undefined) return false;
    telemetry.metrics.retentionSucceeded(last.finishedAt);
    const since = at.getTime() - timings.everyMs;
    return doneHereAt > since || (last.finishedAt.getTime() > since && last.schedule === byDays);
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

const no = () => undefined;
