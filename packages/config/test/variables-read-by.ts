import { readFileSync } from 'node:fs';
import type { Environment } from '../src/index.ts';

const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');

/** The lines of .env.example that set a variable, most of them commented out. */
export const assignments = [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)];

export const exampleEnvironment: Environment = Object.fromEntries(
  assignments.map(([, name = '', value = '']) => [name, value] as const),
);

/** Lists the variables that a parser reads. */
export function variablesReadBy(parse: (environment: Environment) => unknown): string[] {
  const read = new Set<string>();
  const watched = new Proxy(exampleEnvironment, {
    get(environment, name) {
      if (typeof name !== 'string') return undefined;
      read.add(name);
      return environment[name];
    },
  });
  parse(watched);
  return [...read];
}
