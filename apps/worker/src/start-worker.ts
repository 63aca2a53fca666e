import type { WorkerConfig } from '@sinch-callbacks/config';
import { isReconciled, knownTriggers, type Trigger, timeFields } from '@sinch-callbacks/core';
import {
  createErasureKeys,
  createEventWriter,
  createPartitionsAhead,
  type Database,
  type ErasureKeys,
  type EventToWrite,
  findDeadLetter,
  isReplayPending,
  openDatabase,
  recordDeadLetter,
  redactedTables,
  type WriteAlongside,
} from '@sinch-callbacks/db';
import { type HandlerView, insertTasks, openHandlerView } from '@sinch-callbacks/handlers';
import {
  findingKinds,
  hasRetention,
  requireErasureLog,
  retainedTables,
} from '@sinch-callbacks/operations';
import {
  adviceFor,
  checkPostgresQueue,
  type DeathCause,
  deadQueueOf,
  type FailureClass,
  inspectBackend,
  type NewDeadLetter,
  openBoardQueues,
  type RecordLetter,
  takeAnswerCounts,
} from '@sinch-callbacks/queue';
import {
  type DependencyLost,
  type Logger,
  postgresQueueUnusable,
  reconcileOutcomes,
  redactText,
  retentionOutcomes,
  trackDependency,
  workerStarted,
} from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { startAdminServer } from './admin/admin-server.ts';
import type { ApplyOutcome } from './apply/apply-outcome.ts';
import { createJobReporter } from './apply/report-job.ts';
import { createDatabaseWait, type DatabaseWait } from './apply/wait-for-database.ts';
import { type Stall, watchProgress } from './health/progress-monitor.ts';
import { watchQueueMemory } from './health/watch-queue-memory.ts';
import { openLanes } from './lanes/open-lanes.ts';
import type { Lane } from './lanes/open-partitions.ts';
import { createAppsSeen } from './metrics/apps-seen.ts';
import { watchStocks } from './metrics/watch-stocks.ts';
import { stopWorker } from './stop-worker.ts';
import { createContactEraser } from './upkeep/erase-contact.ts';
import { keepBoard } from './upkeep/keep-board.ts';
import { keepPartitions } from './upkeep/keep-partitions.ts';
import { keepReconciled } from './upkeep/keep-reconciled.ts';
import { keepRetained } from './upkeep/keep-retained.ts';
import type { WorkerTimings } from './worker-timings.ts';

export interface RunningWorker {
  /** The address of the admin pages. */
  readonly adminUrl: string;
  /**
   * Takes no more jobs, finishes those in progress or returns them at the deadline, and closes
   * everything in reverse order. Idempotent; never throws.
   */
  stop(signal: string): Promise<void>;
}

/**
 * For live events: two batches, a third while those are slow, and the one set aside. For replays:
 * one of each. Then dead letters, the health checks, and one to spare.
 */
const poolSize = 10;

export interface WorkerOptions {
  readonly timings: WorkerTimings;
  /** Called once, when only a restart can help; not while the worker waits for a server. */
  readonly onStalled: (stall: Stall) => void;
}

/**
 * Opens everything that a worker needs, and starts to take jobs.
 * @throws ErasureLogError where it is to erase contacts, and cannot write ERASURE_LOG.
 */
export async function startWorker(
  config: WorkerConfig,
  logger: Logger,
  { timings, onStalled }: WorkerOptions,
): Promise<RunningWorker> {
  const { retention, contactDelete, erasureLog } = config;
  if (contactDelete.policy === 'erase' && erasureLog) await requireErasureLog(erasureLog);
  const now = () => new Date();
  const location = { backend: config.queue, prefix: config.queuePrefix };
  const database = openDatabase({ url: config.databaseUrl, poolSize, limits: timings.database });
  const trackOutage = (dependency: DependencyLost['dependency']) =>
    trackDependency(logger, dependency, timings.outages);
  const databaseWait = createDatabaseWait(trackOutage('database'), timings.databaseWait);
  const outages = { queue: trackOutage('queue'), fallbackQueue: trackOutage('fallback queue') };
  const reconcileLabels = config.reconcile && { kinds: findingKinds, outcomes: reconcileOutcomes };
  const retentionLabels = hasRetention({ ...retention, contactDelete })
    ? {
        tables: retainedTables,
        redacted: redactedTables,
        failed: ['contact'],
        outcomes: retentionOutcomes,
      }
    : undefined;
  const metrics = createMetrics({
    ...metricLabels,
    hasProcess: true,
    reconcile: reconcileLabels,
    retention: retentionLabels,
  });
  const telemetry = { logger, metrics };
  const erasureKeys =
    config.erasureKey === undefined ? undefined : createErasureKeys(config.erasureKey);
  const steps = {
    recordLetter: createLetterRecorder(database, databaseWait, now, erasureKeys),
    redactText,
    report: createJobReporter(telemetry),
    now,
    timings: timings.queue,
  };
  const handlers = openHandlerView(database);
  const writer = createEventWriter(database, now, async () => await tasksOf(handlers), erasureKeys);
  const apps = createAppsSeen();
  const onBatch = (events: readonly EventToWrite[]) => {
    metrics.batchWritten(events.length);
    for (const { event, decision } of events) {
      if (isReconciled(event.rawBody)) continue;
      apps.record(decision.envelope.appId, event.receivedAt);
    }
  };
  const board = openBoardQueues(
    location,
    (error) => outages.queue.recordFailure(error),
    config.queuePartitions,
  );
  const deadCopiesTarget = { queue: () => deadQueueOf(board), isOpen: letterIsOpen(database) };
  const { lanes, batchers } = openLanes(
    config,
    steps,
    deadCopiesTarget,
    writer,
    databaseWait,
    outages,
    telemetry,
    onBatch,
  );
  const consumers = lanes.map(({ consumer }) => consumer);
  const isWaiting = () => databaseWait.downMs() !== undefined;
  const monitor = watchProgress(lanes, isWaiting, onStalled, timings.progress);
  const memoryWatch = watchQueueMemory(async () => await inspectBackend(config.queue), telemetry);
  const takeAnswers = async () => {
    const [live] = board.queues;
    return live && config.queue.kind === 'redis' ? await takeAnswerCounts(live) : [];
  };
  const stocks = watchStocks({ lanes, database, apps, takeAnswers }, telemetry, timings.stocks);
  const boardKeeper = keepBoard(database, board, timings.board);
  const partitions = keepPartitions(() => createPartitionsAhead(database, now()), telemetry);
  const isBehind = async () => await waitsLong(lanes);
  const reconcileKeeper = keepReconciled(config, isBehind, telemetry, timings.reconcile);
  const retentionKeeper = keepRetained(
    config,
    isBehind,
    telemetry,
    timings.retention,
    now,
    createContactEraser(config, erasureKeys, telemetry, now),
  );
  const sources = { board, monitor, databaseWait, database, consumers, metrics, logger };
  const admin = await startAdminServer({ ...config.admin, ...sources });

  const { adminUrl } = admin;
  const { concurrency, queue } = config;
  workerStarted(logger, {
    concurrency,
    queue: queue.kind,
    adminHost: config.admin.host,
    adminPort: Number(new URL(adminUrl).port),
  });
  void checkQueueOnPostgres(config, logger);
  const started = Promise.all(consumers.map((consumer) => consumer.start()));
  let stopped: Promise<void> | undefined;
  return {
    adminUrl,
    stop: (signal) =>
      (stopped ??= stopWorker(
        {
          consumers,
          started,
          batchers,
          databaseWait,
          monitor,
          memoryWatch,
          stocks,
          boardKeeper,
          partitions,
          reconcileKeeper,
          retentionKeeper,
          handlers,
          admin,
          board,
          database,
        },
        signal,
        logger,
      )),
  };
}

/** The label values of the worker's metrics that are known beforehand. */
const metricLabels = {
  triggers: [...knownTriggers, 'UNKNOWN', 'UNREADABLE'] satisfies readonly Trigger[],
  results: ['applied', 'duplicate', 'unhandled'] satisfies readonly ApplyOutcome['kind'][],
  attemptClasses: ['transient', 'permanent', 'blocked'] satisfies readonly FailureClass[],
  deathCauses: [
    'permanent',
    'attempts-exhausted',
    'quarantined',
    'malformed-job',
  ] satisfies readonly DeathCause[],
  timeFields,
};

/**
 * Opens the queue on Postgres once, as the process starts, and logs a failure: then this worker
 * takes no job from it, however often it tries. Never rejects.
 */
async function checkQueueOnPostgres(
  { queue, fallbackQueue, queuePrefix: prefix }: WorkerConfig,
  logger: Logger,
): Promise<void> {
  const backend = fallbackQueue ?? queue;
  if (backend.kind !== 'postgres') return;
  const check = await checkPostgresQueue({ backend, prefix });
  if (check.kind === 'usable') return;
  const { kind, reason } = check;
  const which = fallbackQueue ? 'fallback' : 'main';
  postgresQueueUnusable(logger, { queue: which, reason, advice: adviceFor(kind) });
}

/** Creates the step that stores dead letters in the database, and waits while it is down. */
function createLetterRecorder(
  database: Database,
  databaseWait: DatabaseWait,
  now: () => Date,
  erasureKeys: ErasureKeys | undefined,
): RecordLetter {
  return async (letter: NewDeadLetter) => {
    const { event, replay, cause, message, stack, attempts } = letter;
    const result = await databaseWait.run(() =>
      recordDeadLetter(
        database,
        {
          event,
          replay,
          errorClass: cause,
          errorMessage: message,
          stack,
          attempts,
          deadAt: now(),
        },
        erasureKeys,
      ),
    );
    return result.kind === 'done' ? result.value : 'returned';
  };
}

/** Prepares the tasks of a batch; nothing while there is no handler. */
async function tasksOf(view: HandlerView): Promise<WriteAlongside | undefined> {
  const handlers = await view.current();
  if (handlers.size === 0) return undefined;
  return async (session, events) => await insertTasks(session, events, handlers);
}

/** A callback that waits longer is behind. */
const longWaitMs = 60_000;

/** Checks for callbacks that have waited long. Replays were applied once, or are dead letters. */
async function waitsLong(lanes: readonly Lane[]): Promise<boolean> {
  const callbacks = lanes.filter(({ name }) => name !== 'replay');
  const stocks = await Promise.all(callbacks.map(({ consumer }) => consumer.stock()));
  return stocks.some(({ oldestAgeMs }) => oldestAgeMs.waiting > longWaitMs);
}

/** Creates a check for open letters: neither closed nor under way again. */
function letterIsOpen(database: Database): (eventKey: string) => Promise<boolean> {
  return async (eventKey) => {
    const letter = await findDeadLetter(database, eventKey);
    return letter !== undefined && letter.resolvedAt === undefined && !isReplayPending(letter);
  };
}
