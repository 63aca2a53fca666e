import { isLoopback } from '@sinch-callbacks/core';
import { parseVariables, type Rule } from './parse-variables.ts';
import type { ConfigResult, Environment } from './read-config.ts';
import { type LogLevel, variables } from './variables.ts';

export interface HandlersConfig {
  readonly databaseUrl: string;
  /** The largest number of connections, for each of its processes. */
  readonly poolSize: number;
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** The token for reading the metrics; absent only where `host` is loopback. */
  readonly metricsToken: string | undefined;
  /** The key that finds the opt-outs of people who were erased. */
  readonly erasureKey: string | undefined;
  /** True to load the user's code again when it is saved. */
  readonly isReloading: boolean;
  readonly logLevel: LogLevel;
}

const handlersVariables = {
  DATABASE_URL: variables.DATABASE_URL.unwrap(),
  HANDLERS_HOST: variables.HANDLERS_HOST,
  HANDLERS_PORT: variables.HANDLERS_PORT,
  HANDLERS_METRICS_TOKEN: variables.HANDLERS_METRICS_TOKEN,
  HANDLERS_RELOAD: variables.HANDLERS_RELOAD,
  HANDLERS_POOL: variables.HANDLERS_POOL,
  ERASURE_KEY: variables.ERASURE_KEY,
  LOG_LEVEL: variables.LOG_LEVEL,
};

/** Requires a database. Handlers need no queue. */
export function parseHandlersConfig(environment: Environment): ConfigResult<HandlersConfig> {
  return parseVariables(
    handlersVariables,
    environment,
    (values) => ({
      databaseUrl: values.DATABASE_URL,
      poolSize: values.HANDLERS_POOL,
      host: values.HANDLERS_HOST,
      port: values.HANDLERS_PORT,
      metricsToken: values.HANDLERS_METRICS_TOKEN,
      erasureKey: values.ERASURE_KEY,
      isReloading: values.HANDLERS_RELOAD,
      logLevel: values.LOG_LEVEL,
    }),
    [metricsAreProtected],
  );
}

const metricsAreProtected: Rule = ({ HANDLERS_HOST, HANDLERS_METRICS_TOKEN }) =>
  HANDLERS_HOST === undefined || isLoopback(HANDLERS_HOST) || HANDLERS_METRICS_TOKEN !== undefined
    ? undefined
    : 'HANDLERS_METRICS_TOKEN must be set, because HANDLERS_HOST can be reached from other machines';
