export { type CliConfig, parseCliConfig } from './cli-config.ts';
export { type HandlersConfig, parseHandlersConfig } from './handlers-config.ts';
export { type IngestConfig, parseIngestConfig } from './ingest-config.ts';
export type { QueueTarget } from './queue-target.ts';
export {
  ConfigError,
  type ConfigResult,
  type Environment,
  type ParseConfig,
  readConfig,
} from './read-config.ts';
export type { RetentionConfig } from './retention/retention-config.ts';
export { parseSenderConfig, type SenderConfig } from './sender-config.ts';
export { parseSinchApiConfig, type SinchApiConfig } from './sinch-api-config.ts';
export type { LogLevel } from './variables.ts';
export { variableNames } from './variables.ts';
export { parseWorkerConfig, type WorkerConfig } from './worker-config.ts';
