export { type CliConfig, parseCliConfig } from './cli-config.ts';
export { type ConfigResult, type Environment, type ParseConfig } from './config-result.ts';
export { type IngestConfig, parseIngestConfig } from './ingest-config.ts';
export type { LogLevel } from './log-level.ts';
export type { QueueTarget } from './queue-target.ts';
export { ConfigError, readConfig } from './read-config.ts';
export { variableNames } from './variables.ts';
export { parseWorkerConfig, type WorkerConfig } from './worker-config.ts';
