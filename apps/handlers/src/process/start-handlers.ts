import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseHandlersConfig, readConfig } from '@sinch-callbacks/config';
import { openDatabase } from '@sinch-callbacks/db';
import {
  defaultRunnerTimings,
  openRegistration,
  openRunnerPool,
  type RunnerTimings,
  startEngine,
} from '@sinch-callbacks/handlers';
import {
  createLogger,
  defaultOutageTimings,
  explainStart,
  handlerPaused,
  handlersLoaded,
  handlersNotLoaded,
  handlersStarted,
  handlersStopped,
  redactText,
  runnerEnded,
  taskRun,
  trackDependency,
} from '@sinch-callbacks/telemetry';
import { createHandlerMetrics } from '@sinch-callbacks/telemetry/handler-metrics';
import { startHandlersServer } from './handlers-server.ts';
import { watchTasks } from './watch-tasks.ts';

/**
 * Runs the handlers process for as long as it lives: it claims tasks and settles them, and starts
 * another process that loads the user's code and runs it. A start that fails ends it, with one line
 * that says why.
 * @param handlersUrl the module that exports `handlers`.
 * @param timings others, for tests in which minutes must pass in seconds.
 */
export async function startHandlers(
  handlersUrl: URL,
  timings = defaultRunnerTimings,
): Promise<void> {
  try {
    await runProcess(handlersUrl, timings);
  } catch (error) {
    process.stderr.write(`${explainStart(error, addressVariables)}\n`);
    process.exit(1);
  }
}

const addressVariables = { host: 'HANDLERS_HOST', port: 'HANDLERS_PORT' };

async function runProcess(handlersUrl: URL, timings: RunnerTimings): Promise<void> {
  const config = readConfig(parseHandlersConfig);
  const logger = createLogger({ name: 'handlers', level: config.logLevel });
  const metrics = createHandlerMetrics();
  const database = openDatabase({ url: config.databaseUrl, poolSize: config.poolSize });
  const outage = trackDependency(logger, 'database', defaultOutageTimings);
  const databaseFailed = (error: unknown) =>
    outage.recordFailure(error instanceof Error ? error : new Error(String(error)));
  const pool = openRunnerPool(
    { module: new URL('./runner.ts', import.meta.url), args: [handlersUrl.href] },
    {
      handlersChanged(handlers) {
        const names = handlers.map(({ name }) => name);
        if (pool.isLoaded()) handlersLoaded(logger, { handlers: names });
        metrics.handlersKnown(names);
        registration.declare(handlers);
        engine.serve(handlers);
      },
      notLoaded: ({ message, stack }) =>
        handlersNotLoaded(logger, { error: Object.assign(new Error(message), { stack }) }),
      runnerEnded: (end) => runnerEnded(logger, end),
    },
    timings,
  );
  const engine = startEngine({
    database,
    executor: pool,
    redactText,
    events: {
      taskRun(run) {
        taskRun(logger, run);
        metrics.taskRun(run);
      },
      handlerPaused: (handler, reason) => handlerPaused(logger, { handler, reason }),
      databaseFailed,
      databaseAnswered: () => outage.recordSuccess(),
    },
  });
  const registration = openRegistration(database, databaseFailed);
  const tasks = watchTasks(database, metrics, databaseFailed);
  const server = await startHandlersServer({
    ...config,
    database,
    engine,
    outage,
    pool,
    metrics,
  });
  handlersStarted(logger, { handlersUrl: server.url });
  const stopWatching = config.isReloading ? reloadOnSave(handlersUrl, () => pool.reload()) : none;

  let stopping: Promise<void> | undefined;
  const stop = async (signal: NodeJS.Signals) => {
    const startedAt = performance.now();
    stopWatching();
    tasks.stop();
    await registration.stop();
    await engine.stop();
    await pool.stop();
    await server.close();
    await database.close();
    handlersStopped(logger, { signal, durationMs: Math.round(performance.now() - startedAt) });
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping ??= stop(signal);
    });
  }
}

/** Saving a file writes it in several steps. */
const settleMs = 100;

/** Calls `reload` when a file below the folder of the handlers is saved. */
function reloadOnSave(handlersUrl: URL, reload: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const folder = fileURLToPath(new URL('.', handlersUrl));
  const watcher = watch(folder, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(reload, settleMs);
  });
  return () => watcher.close();
}

const none = () => undefined;
