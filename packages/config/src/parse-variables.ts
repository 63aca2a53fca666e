import { z } from 'zod';
import type { ConfigResult, Environment } from './read-config.ts';
import type { VariableName } from './variables.ts';

type Shape = Readonly<Partial<Record<VariableName, z.ZodType>>>;
type Values<S extends Shape> = z.output<z.ZodObject<S>>;

/** A rule for several variables together. Returns the problem as a sentence, if there is one. */
export type Rule = (given: Environment) => string | undefined;

/**
 * Parses `shape`'s variables and builds a configuration of them, or reports every problem at once.
 * An empty or blank variable counts as absent, because Docker Compose and many dashboards pass a
 * variable in this way that was never set. Rules are checked even where a variable is malformed.
 */
export function parseVariables<S extends Shape, Config>(
  shape: S,
  environment: Environment,
  build: (values: Values<S>) => Config,
  rules: readonly Rule[] = [],
): ConfigResult<Config> {
  const given: Environment = Object.fromEntries(
    Object.keys(shape).map((name) => [name, environment[name]?.trim() || undefined]),
  );
  const parsed = z.object(shape).safeParse(given);
  const broken = rules.flatMap((rule) => rule(given) ?? []);
  if (parsed.success && broken.length === 0) return { kind: 'valid', config: build(parsed.data) };
  return { kind: 'invalid', message: describe([...problemsOf(parsed.error), ...broken]) };
}

function problemsOf(error: z.ZodError | undefined): string[] {
  const firstOfEach = new Map<PropertyKey, string>();
  for (const { path, message } of error?.issues ?? []) {
    const name = path[0] ?? 'The environment';
    if (!firstOfEach.has(name)) firstOfEach.set(name, `${String(name)} ${message}`);
  }
  return [...firstOfEach.values()];
}

function describe(problems: readonly string[]): string {
  return ['Invalid configuration:', ...problems.map((problem) => `- ${problem}`)].join('\n');
}
