import { isLoopback } from '@sinch-callbacks/core';
import { joinConfigs } from './join-configs.ts';
import { parseVariables, type Rule } from './parse-variables.ts';
import { chooseFallback, choosePartitions, chooseQueue, type QueueTarget } from './queue-target.ts';
import type { ConfigResult, Environment } from './read-config.ts';
import {
  type ContactDeleteConfig,
  contactDeleteOf,
  contactDeleteVariables,
  type RetentionConfig,
  retentionOf,
  retentionRules,
  retentionVariables,
} from './retention/retention-config.ts';
import { parseSinchApiConfig, type SinchApiConfig } from './sinch-api-config.ts';
import { type LogLevel, variables } from './variables.ts';

export interface WorkerConfig {
  readonly databaseUrl: string;
  /** Postgres itself where `databaseUrl` is a pooler's, for migrations; else the same. */
  readonly directUrl: string;
  readonly queue: QueueTarget;
  /** The queue that ingest uses while Redis is down. Absent where there is no Redis at all. */
  readonly fallbackQueue: QueueTarget | undefined;
  readonly queuePrefix: string;
  /** The partitions of the live queue on Redis; 1 on Postgres, whatever is set. */
  readonly queuePartitions: number;
  /** The most events in progress at once. */
  readonly concurrency: number;
  readonly admin: {
    readonly host: string;
    /** 0 asks the system for a free port. */
    readonly port: number;
    readonly user: string;
    /** Absent only where `host` is loopback. */
    readonly password: string | undefined;
    /** True to let Bull Board change queues. Only with a password. */
    readonly writes: boolean;
  };
  /** The comparison with what Sinch keeps. Absent where it has no interval. */
  readonly reconcile: { readonly everyMinutes: number; readonly sinch: SinchApiConfig } | undefined;
  /** The treatment of contacts that were deleted in Sinch, so many days after the deletion. */
  readonly contactDelete: ContactDeleteConfig;
  readonly retention: RetentionConfig;
  /** The key that recognises people who were erased. Absent where no one was. */
  readonly erasureKey: string | undefined;
  /** The file that each erasure is appended to. Present where deleted contacts are erased. */
  readonly erasureLog: string | undefined;
  readonly logLevel: LogLevel;
}

const workerVariables = {
  REDIS_URL: variables.REDIS_URL,
  DATABASE_URL: variables.DATABASE_URL.unwrap(),
  DIRECT_URL: variables.DIRECT_URL,
  QUEUE_PREFIX: variables.QUEUE_PREFIX,
  QUEUE_PARTITIONS: variables.QUEUE_PARTITIONS,
  WORKER_CONCURRENCY: variables.WORKER_CONCURRENCY,
  ADMIN_HOST: variables.ADMIN_HOST,
  ADMIN_PORT: variables.ADMIN_PORT,
  ADMIN_USER: variables.ADMIN_USER,
  ADMIN_PASSWORD: variables.ADMIN_PASSWORD,
  ADMIN_WRITES: variables.ADMIN_WRITES,
  RECONCILE_EVERY_MINUTES: variables.RECONCILE_EVERY_MINUTES,
  ...contactDeleteVariables,
  ...retentionVariables,
  ERASURE_KEY: variables.ERASURE_KEY,
  ERASURE_LOG: variables.ERASURE_LOG,
  LOG_LEVEL: variables.LOG_LEVEL,
};

/**
 * Requires a database; the queue is there too unless there is a Redis. With an interval to reconcile
 * it requires all that a client of Sinch's API needs.
 */
export function parseWorkerConfig(environment: Environment): ConfigResult<WorkerConfig> {
  const own = parseOwn(environment);
  const isScheduled = Boolean(environment['RECONCILE_EVERY_MINUTES']?.trim());
  const sinch = isScheduled ? parseSinchApiConfig(environment) : noApi;
  return joinConfigs(own, sinch, ({ everyMinutes, ...config }, access) => ({
    ...config,
    reconcile: everyMinutes && access ? { everyMinutes, sinch: access } : undefined,
  }));
}

const noApi: ConfigResult<undefined> = { kind: 'valid', config: undefined };

interface OwnConfig extends Omit<WorkerConfig, 'reconcile'> {
  readonly everyMinutes: number | undefined;
}

function parseOwn(environment: Environment): ConfigResult<OwnConfig> {
  return parseVariables(
    workerVariables,
    environment,
    (values) => ({
      databaseUrl: values.DATABASE_URL,
      directUrl: values.DIRECT_URL ?? values.DATABASE_URL,
      queue: chooseQueue(values.REDIS_URL, values.DIRECT_URL ?? values.DATABASE_URL),
      fallbackQueue: chooseFallback(values.REDIS_URL, values.DIRECT_URL ?? values.DATABASE_URL),
      queuePrefix: values.QUEUE_PREFIX,
      queuePartitions: choosePartitions(values.REDIS_URL, values.QUEUE_PARTITIONS),
      concurrency: values.WORKER_CONCURRENCY,
      admin: {
        host: values.ADMIN_HOST,
        port: values.ADMIN_PORT,
        user: values.ADMIN_USER,
        password: values.ADMIN_PASSWORD,
        writes: values.ADMIN_WRITES,
      },
      everyMinutes: values.RECONCILE_EVERY_MINUTES,
      contactDelete: contactDeleteOf(values),
      retention: retentionOf(values),
      erasureKey: values.ERASURE_KEY,
      erasureLog: values.ERASURE_LOG,
      logLevel: values.LOG_LEVEL,
    }),
    [adminIsProtected, writesNeedLogin, erasuresAreKept, ...retentionRules],
  );
}

/** Bull Board shows whole payloads: other machines must need a password for it. */
const adminIsProtected: Rule = ({ ADMIN_HOST, ADMIN_PASSWORD }) =>
  ADMIN_HOST === undefined || isLoopback(ADMIN_HOST) || ADMIN_PASSWORD !== undefined
    ? undefined
    : 'ADMIN_PASSWORD must be set, because ADMIN_HOST can be reached from other machines';

/** Also on loopback: otherwise each program and user of the machine is an administrator. */
const writesNeedLogin: Rule = ({ ADMIN_WRITES, ADMIN_PASSWORD }) =>
  ADMIN_WRITES !== 'true' || ADMIN_PASSWORD !== undefined
    ? undefined
    : 'ADMIN_PASSWORD must be set, because ADMIN_WRITES lets Bull Board change queues';

/** Without them no erasure lasts: neither against late copies, nor after a restore. */
const erasuresAreKept: Rule = ({ SINCH_ON_CONTACT_DELETE, ERASURE_KEY, ERASURE_LOG }) => {
  if (SINCH_ON_CONTACT_DELETE !== 'erase') return undefined;
  const missing = Object.entries({ ERASURE_KEY, ERASURE_LOG }).flatMap(([name, value]) =>
    value === undefined ? [name] : [],
  );
  if (missing.length === 0) return undefined;
  return `${missing.join(' and ')} must be set, because SINCH_ON_CONTACT_DELETE is erase: a key of openssl rand -hex 32, and a file that is kept apart from the database`;
};
