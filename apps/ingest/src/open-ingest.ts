import { type IngestConfig, parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import {
  type CallbackProducer,
  openPartitionedProducer,
  openProducer,
  openRejectedStore,
  type QueueLocation,
  type RejectedStore,
  withFallback,
  withFallbackStore,
} from '@sinch-callbacks/queue';
import {
  createLogger,
  type Logger,
  type LoggerOptions,
  queueLeft,
  queueReturned,
} from '@sinch-callbacks/telemetry';
import {
  type Counting,
  countRequests,
  createRequestLog,
  refusedLines,
  unverifiedLines,
} from './log/request-log.ts';
import { shareAnswers } from './log/share-answers.ts';
import { createTokenBucket } from './log/token-bucket.ts';
import { budgetFor, createBodyBudget } from './webhook/body-budget.ts';
import type { Ingest } from './webhook/handle-callback.ts';
import {
  createRejectedRecorder,
  keepingRate,
  keepingTimeoutMs,
} from './webhook/rejected-recorder.ts';

const slot = Symbol.for('@sinch-callbacks/ingest');
const shared: typeof globalThis & { [slot]?: OpenIngest } = globalThis;

/** The ingest of a process, with the logger for lines that belong to no single request. */
export interface OpenIngest extends Ingest {
  readonly logger: Logger;
  /** Closes the connections to the queue and the store. Idempotent. */
  close(): Promise<void>;
}

/**
 * Returns the process's one ingest. It is on `globalThis`, because Next bundles every route
 * separately and each bundle has its own copy of this module; one producer serves them all.
 * Producer and store connect when they are first used.
 * @param metrics counts answers where they can be scraped; without it the queue counts them.
 * @throws {ConfigError} naming every malformed variable.
 */
export function openIngest(output?: LoggerOptions['destination'], metrics?: Counting): OpenIngest {
  shared[slot] ??= createIngest(readConfig(parseIngestConfig), output, metrics);
  return shared[slot];
}

function createIngest(
  config: IngestConfig,
  output: LoggerOptions['destination'],
  metrics: Counting | undefined,
): OpenIngest {
  const { queue, queuePrefix, logLevel } = config;
  const location = queue && { backend: queue, prefix: queuePrefix };
  const logger = createLogger({
    name: 'ingest',
    level: logLevel,
    ...(output && { destination: output }),
  });
  const producer = location && openCallbackProducer(location, config, logger, metrics);
  const store = location && openStore(location, config);
  const counting = metrics ?? (producer && shareAnswers(producer));
  return {
    config,
    logger,
    requestLog: countRequests(
      createRequestLog(
        logger,
        createTokenBucket(unverifiedLines, nowMs),
        createTokenBucket(refusedLines, nowMs),
      ),
      counting,
    ),
    bodies: createBodyBudget(budgetFor(config.maxBodyBytes), nowMs),
    producer,
    rejected: store && createRejectedRecorder(store, createTokenBucket(keepingRate, nowMs)),
    async close() {
      await Promise.all([producer?.close(), store?.close()]);
    },
  };
}

/** For the main queue where there is a fallback: then a short wait is enough. */
const mainTimeoutMs = 500;
/** For the last resort: a late 200 is better than a 503, and Sinch waits for longer. */
const fallbackTimeoutMs = 5_000;

function openCallbackProducer(
  main: QueueLocation,
  config: IngestConfig,
  logger: Logger,
  metrics: Counting | undefined,
): CallbackProducer {
  const { fallbackQueue, queuePrefix: prefix, queuePartitions } = config;
  if (fallbackQueue === undefined) {
    return openPartitionedProducer(queuePartitions, (partition) =>
      openProducer({ ...main, partition }),
    );
  }
  const fallback = openProducer({
    backend: fallbackQueue,
    prefix,
    timeoutMs: fallbackTimeoutMs,
  });
  // Each partition has its own breaker: one master of a cluster may be down while others are not.
  return openPartitionedProducer(queuePartitions, (partition) =>
    withFallback(openProducer({ ...main, partition, timeoutMs: mainTimeoutMs }), fallback, {
      onTurned(reason) {
        queueLeft(logger, { reason, partition });
        metrics?.fallbackActive(partition, true);
      },
      onReturned() {
        queueReturned(logger, { partition });
        metrics?.fallbackActive(partition, false);
      },
    }),
  );
}

/** Opens the store for rejected callbacks. With a fallback, each has half of the time. */
function openStore(main: QueueLocation, config: IngestConfig): RejectedStore {
  const { fallbackQueue, queuePrefix: prefix } = config;
  if (fallbackQueue === undefined) return openRejectedStore(main, { timeoutMs: keepingTimeoutMs });
  const half = { timeoutMs: keepingTimeoutMs / 2 };
  const fallback = openRejectedStore({ backend: fallbackQueue, prefix }, half);
  return withFallbackStore(openRejectedStore(main, half), fallback);
}

const nowMs = () => performance.now();
