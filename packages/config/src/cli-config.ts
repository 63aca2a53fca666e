import { parseVariables } from './parse-variables.ts';
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
import { type LogLevel, variables } from './variables.ts';

/** The configuration of all commands. Each command requires what it needs. */
export interface CliConfig {
  /** The first one signs what the CLI sends. */
  readonly secrets: readonly string[];
  readonly databaseUrl: string | undefined;
  readonly queue: QueueTarget | undefined;
  /** The queue that ingest uses while `queue` is down. */
  readonly fallbackQueue: QueueTarget | undefined;
  readonly queuePrefix: string;
  /** The partitions of the live queue on Redis; 1 on Postgres, whatever is set. */
  readonly queuePartitions: number;
  /** Credentials of the Conversation API. */
  readonly sinch: {
    readonly projectId: string | undefined;
    readonly appId: string | undefined;
    readonly accessKeyId: string | undefined;
    readonly accessSecret: string | undefined;
  };
  /** The settings of the worker's admin pages, which `callbacks doctor` checks. */
  readonly admin: { readonly hasPassword: boolean; readonly writes: boolean };
  /** The worker's schedule, which `callbacks doctor` shows and `callbacks prune` runs. */
  readonly retention: RetentionConfig;
  /** The worker's treatment of contacts that were deleted in Sinch. */
  readonly contactDelete: ContactDeleteConfig;
  /** The secret of `callbacks forward --as standard`. */
  readonly forwardSecret: string | undefined;
  readonly erasure: {
    /** The key of the list of erased people. */
    readonly key: string | undefined;
    /** The file that each erasure is appended to. */
    readonly logFile: string | undefined;
  };
  readonly logLevel: LogLevel;
}

const cliVariables = {
  SINCH_WEBHOOK_SECRET: variables.SINCH_WEBHOOK_SECRET,
  REDIS_URL: variables.REDIS_URL,
  DATABASE_URL: variables.DATABASE_URL,
  DIRECT_URL: variables.DIRECT_URL,
  QUEUE_PREFIX: variables.QUEUE_PREFIX,
  QUEUE_PARTITIONS: variables.QUEUE_PARTITIONS,
  SINCH_PROJECT_ID: variables.SINCH_PROJECT_ID,
  SINCH_APP_ID: variables.SINCH_APP_ID,
  SINCH_ACCESS_KEY_ID: variables.SINCH_ACCESS_KEY_ID,
  SINCH_ACCESS_SECRET: variables.SINCH_ACCESS_SECRET,
  ADMIN_PASSWORD: variables.ADMIN_PASSWORD,
  ADMIN_WRITES: variables.ADMIN_WRITES,
  FORWARD_SECRET: variables.FORWARD_SECRET,
  ...retentionVariables,
  ...contactDeleteVariables,
  ERASURE_KEY: variables.ERASURE_KEY,
  ERASURE_LOG: variables.ERASURE_LOG,
  LOG_LEVEL: variables.LOG_LEVEL,
};

/** Requires nothing, since no command needs everything; a malformed value is refused. */
export function parseCliConfig(environment: Environment): ConfigResult<CliConfig> {
  return parseVariables(
    cliVariables,
    environment,
    (values) => ({
      secrets: values.SINCH_WEBHOOK_SECRET,
      databaseUrl: values.DATABASE_URL,
      queue: chooseQueue(values.REDIS_URL, values.DIRECT_URL ?? values.DATABASE_URL),
      fallbackQueue: chooseFallback(values.REDIS_URL, values.DIRECT_URL ?? values.DATABASE_URL),
      queuePrefix: values.QUEUE_PREFIX,
      queuePartitions: choosePartitions(values.REDIS_URL, values.QUEUE_PARTITIONS),
      sinch: {
        projectId: values.SINCH_PROJECT_ID,
        appId: values.SINCH_APP_ID,
        accessKeyId: values.SINCH_ACCESS_KEY_ID,
        accessSecret: values.SINCH_ACCESS_SECRET,
      },
      admin: {
        hasPassword: values.ADMIN_PASSWORD !== undefined,
        writes: values.ADMIN_WRITES,
      },
      forwardSecret: values.FORWARD_SECRET,
      erasure: { key: values.ERASURE_KEY, logFile: values.ERASURE_LOG },
      retention: retentionOf(values),
      contactDelete: contactDeleteOf(values),
      logLevel: values.LOG_LEVEL,
    }),
    retentionRules,
  );
}
