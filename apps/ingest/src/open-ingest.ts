import { type IngestConfig, parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import {
  type CallbackProducer,
  openProducer,
  openRejectedStore,
  type QueueLocation,
  type RejectedStore,
  withFallback,
  withFallbackStore,
} from '@sinch-callbacks/queue';
import { createLogger, type Logger, queueLeft, queueReturned } from '@sinch-callbacks/telemetry';
import { budgetFor, createBodyBudget } from './body-budget.ts';
import type { Ingest } from './handle-callback.ts';
import { createRejectedKeeper, keepingRate, keepingTimeoutMs } from './rejected-keeper.ts';
import { createRequestLog, unverifiedLines } from './request-log.ts';
import { createTokenBucket } from './token-bucket.ts';

const slot = Symbol.for('@sinch-callbacks/ingest');
const shared: typeof globalThis & { [slot]?: OpenIngest } = globalThis;

/** The ingest of a process, and who writes what concerns no single request. */
export interface OpenIngest extends Ingest {
  readonly logger: Logger;
  /** Ends the connections to the queue and the store. Idempotent. */
  close(): Promise<void>;
}

/**
 * The process's one ingest. Kept on `globalThis`, because Next bundles every route by itself and
 * each bundle has its own copy of this module; one producer serves them all.
 * Connects to nothing: producer and store do that when they are first used.
 * @throws {ConfigError} naming every malformed variable.
 */
export function openIngest(): OpenIngest {
  shared[slot] ??= createIngest(readConfig(parseIngestConfig));
  return shared[slot];
}

function createIngest(config: IngestConfig): OpenIngest {
  const { queue, queuePrefix, logLevel } = config;
  const location = queue && { backend: queue, prefix: queuePrefix };
  const logger = createLogger({ name: 'ingest', level: logLevel });
  const producer = location && openCallbackProducer(location, config, logger);
  const store = location && openStore(location, config);
  return {
    config,
    logger,
    requestLog: createRequestLog(logger, createTokenBucket(unverifiedLines, nowMs)),
    bodies: createBodyBudget(budgetFor(config.maxBodyBytes), nowMs),
    producer,
    rejected: store && createRejectedKeeper(store, createTokenBucket(keepingRate, nowMs)),
    async close() {
      await Promise.all([producer?.close(), store?.close()]);
    },
  };
}

/** With somewhere else to go, the main queue need not be waited for long. */
const mainTimeoutMs = 500;
/** The last resort may take its time: better a late 200 than a 503. Sinch waits for longer. */
const fallbackTimeoutMs = 5_000;

function openCallbackProducer(
  main: QueueLocation,
  config: IngestConfig,
  logger: Logger,
): CallbackProducer {
  const { fallbackQueue, queuePrefix: prefix } = config;
  if (fallbackQueue === undefined) return openProducer(main);
  const fallback = openProducer({
    backend: fallbackQueue,
    prefix,
    timeoutMs: fallbackTimeoutMs,
  });
  return withFallback(openProducer({ ...main, timeoutMs: mainTimeoutMs }), fallback, {
    onTurned: (reason) => queueLeft(logger, { reason }),
    onReturned: () => queueReturned(logger),
  });
}

/** Where there are two places, each has half of the time. */
function openStore(main: QueueLocation, config: IngestConfig): RejectedStore {
  const { fallbackQueue, queuePrefix: prefix } = config;
  if (fallbackQueue === undefined) return openRejectedStore(main, { timeoutMs: keepingTimeoutMs });
  const half = { timeoutMs: keepingTimeoutMs / 2 };
  const fallback = openRejectedStore({ backend: fallbackQueue, prefix }, half);
  return withFallbackStore(openRejectedStore(main, half), fallback);
}

const nowMs = () => performance.now();
