/** What a process was started with: variable names and their texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigResult<Config> =
  | { readonly kind: 'valid'; readonly config: Config }
  /** One message with every problem, a line each: it names variables and never shows a value. */
  | { readonly kind: 'invalid'; readonly message: string };

/** Turns an environment into one app's configuration. Pure: reads nothing but its argument. */
export type ParseConfig<Config> = (environment: Environment) => ConfigResult<Config>;
