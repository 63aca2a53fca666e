/** A process's environment: variable names and their texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigResult<Config> =
  | { readonly kind: 'valid'; readonly config: Config }
  /** One message with every problem, a line each: it names variables and never shows a value. */
  | { readonly kind: 'invalid'; readonly message: string };

/** A parser of one app's configuration. Pure: reads nothing but its argument. */
export type ParseConfig<Config> = (environment: Environment) => ConfigResult<Config>;

/** The error of an invalid environment. Its message can be shown in a terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'INVALID_CONFIG';
}

/**
 * Parses the process's own environment, once, when an app starts.
 * @throws {ConfigError} with every problem in one message, so that a malformed value stops the
 * boot.
 */
export function readConfig<Config>(
  parse: ParseConfig<Config>,
  environment: Environment = process.env,
): Config {
  const result = parse(environment);
  if (result.kind === 'invalid') throw new ConfigError(result.message);
  return result.config;
}
