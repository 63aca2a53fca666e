import type { Environment, ParseConfig } from './config-result.ts';

/** The environment does not say what the app needs. Its message is fit for a terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'INVALID_CONFIG';
}

/**
 * Parses the process's own environment, once, when an app starts.
 * @throws {ConfigError} with every problem in one message, so that a malformed value stops the boot.
 */
export function readConfig<Config>(
  parse: ParseConfig<Config>,
  environment: Environment = process.env,
): Config {
  const result = parse(environment);
  if (result.kind === 'invalid') throw new ConfigError(result.message);
  return result.config;
}
