import type { WorkerConfig } from '@sinch-callbacks/config';
import { openDatabase, runExclusively } from '@sinch-callbacks/db';
import { latestEnd, readKept, reconcile } from '@sinch-callbacks/operations';
import { openPartitionedProducer, openProducer } from '@sinch-callbacks/queue';
import { createSinchApi } from '@sinch-callbacks/sinch-api';
import { type ReconcileOutcome, reconciled, type Telemetry } from '@sinch-callbacks/telemetry';

export interface ReconcileKeeper {
  /** Starts no more runs, ends the calls of one in progress, and resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ReconcileTimings {
  /** Until the first run, and after one that failed, or that found callbacks waiting. */
  readonly soonMs: number;
}

export const defaultReconcileTimings: ReconcileTimings = { soonMs: 60_000 };

/**
 * One holds the lock for as long as a run lasts. Apart from the pool that events are written by.
 */
const poolSize = 2;
/** Of the first run, since nothing was compared while no worker ran. */
const firstRangeMs = 24 * 3_600_000;
/** Two runs overlap by this, since Sinch does not say how soon its list is complete. */
const rangeOverlapMs = 15 * 60_000;

/**
 * Compares what Sinch keeps with the database at intervals. Of all workers one does it at a time. A
 * run that fails is made up for by the next, which goes back to the end of the last one that
 * succeeded.
 * @param isBehind true while callbacks wait in the queue: they would be called missed.
 */
export function keepReconciled(
  config: WorkerConfig,
  isBehind: () => Promise<boolean>,
  telemetry: Telemetry,
  timings: ReconcileTimings,
): ReconcileKeeper | undefined {
  if (config.reconcile === undefined) return undefined;
  const { everyMinutes, sinch } = config.reconcile;
  const { appId, projectId, ...access } = sinch;
  const api = createSinchApi({ ...access, projectId });
  const database = openDatabase({ url: config.databaseUrl, poolSize });
  const location = { backend: config.queue, prefix: config.queuePrefix };
  const producer = openPartitionedProducer(config.queuePartitions, (partition) =>
    openProducer({ ...location, partition }),
  );
  const { metrics } = telemetry;
  let since = new Date(Date.now() - firstRangeMs);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  async function run(): Promise<ReconcileOutcome> {
    if (await isBehind()) return 'behind';
    const kept = await readKept(api, appId);
    metrics.messagesKept(kept.stores.length > 0);
    if (kept.stores.length === 0) return 'nothing-kept';
    const until = latestEnd(new Date());
    const range = { appId, projectId, kept, since, until };
    const exclusive = await runExclusively(database, 'reconcile', () =>
      reconcile({ database, api, producer }, range, ({ kind }) => metrics.reconcileFound(kind)),
    );
    if (exclusive.kind === 'busy') return 'busy';
    if (!exclusive.value.isComplete) return 'incomplete';
    since = new Date(until.getTime() - rangeOverlapMs);
    return 'complete';
  }

  async function runAndReport(): Promise<void> {
    let isSoon = false;
    try {
      const outcome = await run();
      isSoon = outcome === 'behind';
      reconciled(telemetry, { outcome });
    } catch (error) {
      isSoon = true;
      // The client was closed under it.
      if (!isStopped) reconciled(telemetry, { outcome: 'failed', error });
    }
    schedule(isSoon ? timings.soonMs : everyMinutes * 60_000);
  }

  function schedule(afterMs: number): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = runAndReport();
    }, afterMs);
  }

  schedule(timings.soonMs);
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await Promise.all([api.close(), producer.close()]);
      await running;
      await database.close();
    },
  };
}
