import { isLoopback } from '@sinch-callbacks/core';
import { joinConfigs } from './join-configs.ts';
import { parseVariables, type Rule } from './parse-variables.ts';
import type { ConfigResult, Environment } from './read-config.ts';
import { parseSinchApiConfig, type SinchApiConfig } from './sinch-api-config.ts';
import { type LogLevel, variables } from './variables.ts';

export interface SenderConfig {
  readonly databaseUrl: string;
  /** The app whose messages it sends, and its credentials. */
  readonly sinch: SinchApiConfig;
  /** Messages a second. */
  readonly perSecond: number;
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** The token for reading the metrics; absent only where `host` is loopback. */
  readonly metricsToken: string | undefined;
  /** The key that finds the opt-outs of people who were erased. */
  readonly erasureKey: string | undefined;
  readonly logLevel: LogLevel;
}

const senderVariables = {
  DATABASE_URL: variables.DATABASE_URL.unwrap(),
  SINCH_SEND_RATE: variables.SINCH_SEND_RATE,
  SENDER_HOST: variables.SENDER_HOST,
  SENDER_PORT: variables.SENDER_PORT,
  SENDER_METRICS_TOKEN: variables.SENDER_METRICS_TOKEN,
  ERASURE_KEY: variables.ERASURE_KEY,
  LOG_LEVEL: variables.LOG_LEVEL,
};

type OwnConfig = Omit<SenderConfig, 'sinch'>;

/** Requires a database, and all that a client of Sinch's API needs. */
export function parseSenderConfig(environment: Environment): ConfigResult<SenderConfig> {
  const own = parseVariables(
    senderVariables,
    environment,
    (values): OwnConfig => ({
      databaseUrl: values.DATABASE_URL,
      perSecond: values.SINCH_SEND_RATE,
      host: values.SENDER_HOST,
      port: values.SENDER_PORT,
      metricsToken: values.SENDER_METRICS_TOKEN,
      erasureKey: values.ERASURE_KEY,
      logLevel: values.LOG_LEVEL,
    }),
    [metricsAreProtected],
  );
  const sinch = parseSinchApiConfig(environment);
  return joinConfigs(own, sinch, (config, access) => ({ ...config, sinch: access }));
}

const metricsAreProtected: Rule = ({ SENDER_HOST, SENDER_METRICS_TOKEN }) =>
  SENDER_HOST === undefined || isLoopback(SENDER_HOST) || SENDER_METRICS_TOKEN !== undefined
    ? undefined
    : 'SENDER_METRICS_TOKEN must be set, because SENDER_HOST can be reached from other machines';
