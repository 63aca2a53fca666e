import { fileURLToPath } from 'node:url';
import { parseHandlersConfig, readConfig } from '@sinch-callbacks/config';
import { classifyFailure, openDatabase } from '@sinch-callbacks/db';
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
  handlersErred,
  handlersLoaded,
  handlersNotLoaded,
  handlersStarted,
  handlersStopped,
  processFailed,
  redactText,
  runnerEnded,
  taskRun,
  trackDependency,
} from '@sinch-callbacks/telemetry';
import { createHandlerMetrics } from '@sinch-callbacks/telemetry/handler-metrics';
import { startHandlersServer } from './handlers-server.ts';
import { watchFolder } from './watch-folder.ts';
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
  // Another error of a statement is a bug, and no outage.
  const databaseFailed = (error: unknown) => {
    if (classifyFailure(error) !== 'infrastructure') handlersErred(logger, { error });
    else outage.recordFailure(error instanceof Error ? error : new Error(String(error)));
  };
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
      failed: (error) => handlersErred(logger, { error }),
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
  process.once('uncaughtException', (error) => {
    processFailed(logger, error);
    process.exit(1);
  });
  // The user's app: the handlers, and what they import from beside them.
  const appFolder = fileURLToPath(new URL('..', handlersUrl));
  const stopWatching = config.isReloading
    ? watchFolder(
        appFolder,
        () => pool.reload(),
        (error) => handlersErred(logger, { error }),
      )
    : none;

  let stopping: Promise<void> | undefined;
  const stop = async (signal: NodeJS.Signals) => {
    const startedAt = performance.now();
    stopWatching();
    tasks.stop();
    await Promise.all([registration.stop(), engine.stop()]);
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

const none = () => undefined;
