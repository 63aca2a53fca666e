import { parseVariables } from './parse-variables.ts';
import { chooseFallback, choosePartitions, chooseQueue, type QueueTarget } from './queue-target.ts';
import type { ConfigResult, Environment } from './read-config.ts';
import { type LogLevel, variables } from './variables.ts';

export interface IngestConfig {
  readonly verification: {
    /** Empty when none is configured: ingest then answers 503, so that Sinch sends it again. */
    readonly secrets: readonly string[];
    readonly timestampToleranceSeconds: number;
    readonly replayPolicy: 'absorb' | 'reject';
  };
  readonly maxBodyBytes: number;
  /** Absent when neither URL is given: ingest then starts and answers 503. */
  readonly queue: QueueTarget | undefined;
  /** The queue for events while `queue` is down. Absent where only one of two URLs is given. */
  readonly fallbackQueue: QueueTarget | undefined;
  readonly queuePrefix: string;
  /** The partitions of the live queue on Redis; 1 on Postgres, whatever is set. */
  readonly queuePartitions: number;
  /** The address of the lean listener. Next's server has variables of its own. */
  readonly listener: {
    readonly host: string;
    /** 0 asks the system for a free port. */
    readonly port: number;
    /** The number of processes that share the port; `auto` is one for each core. */
    readonly processes: number | 'auto';
    /** The token for reading the metrics from other machines. Absent: only this one may. */
    readonly metricsToken: string | undefined;
  };
  readonly logLevel: LogLevel;
}

const ingestVariables = {
  SINCH_WEBHOOK_SECRET: variables.SINCH_WEBHOOK_SECRET,
  SINCH_TIMESTAMP_TOLERANCE_SECONDS: variables.SINCH_TIMESTAMP_TOLERANCE_SECONDS,
  SINCH_REPLAY_POLICY: variables.SINCH_REPLAY_POLICY,
  INGEST_MAX_BODY_BYTES: variables.INGEST_MAX_BODY_BYTES,
  INGEST_HOST: variables.INGEST_HOST,
  INGEST_PORT: variables.INGEST_PORT,
  INGEST_PROCESSES: variables.INGEST_PROCESSES,
  INGEST_METRICS_TOKEN: variables.INGEST_METRICS_TOKEN,
  REDIS_URL: variables.REDIS_URL,
  DATABASE_URL: variables.DATABASE_URL,
  DIRECT_URL: variables.DIRECT_URL,
  QUEUE_PREFIX: variables.QUEUE_PREFIX,
  QUEUE_PARTITIONS: variables.QUEUE_PARTITIONS,
  LOG_LEVEL: variables.LOG_LEVEL,
};

/**
 * Requires nothing: an ingest without a secret or a queue starts and answers 503, so that Sinch
 * sends its callbacks again. With a receiver that is down they are lost. A malformed value is
 * refused.
 */
export function parseIngestConfig(environment: Environment): ConfigResult<IngestConfig> {
  return parseVariables(ingestVariables, environment, (values) => ({
    verification: {
      secrets: values.SINCH_WEBHOOK_SECRET,
      timestampToleranceSeconds: values.SINCH_TIMESTAMP_TOLERANCE_SECONDS,
      replayPolicy: values.SINCH_REPLAY_POLICY,
    },
    maxBodyBytes: values.INGEST_MAX_BODY_BYTES,
    queue: chooseQueue(values.REDIS_URL, values.DIRECT_URL ?? values.DATABASE_URL),
    fallbackQueue: chooseFallback(values.REDIS_URL, values.DIRECT_URL ?? values.DATABASE_URL),
    queuePrefix: values.QUEUE_PREFIX,
    queuePartitions: choosePartitions(values.REDIS_URL, values.QUEUE_PARTITIONS),
    listener: {
      host: values.INGEST_HOST,
      port: values.INGEST_PORT,
      processes: values.INGEST_PROCESSES,
      metricsToken: values.INGEST_METRICS_TOKEN,
    },
    logLevel: values.LOG_LEVEL,
  }));
}
