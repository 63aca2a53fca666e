import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Environment,
  parseCliConfig,
  parseHandlersConfig,
  parseIngestConfig,
  parseSenderConfig,
  parseSinchApiConfig,
  parseWorkerConfig,
  variableNames,
} from '../src/index.ts';

const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
/** The variables that only docker-compose.yml reads. */
const composeNames = [
  ...new Set([...compose.matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(([, name]) => name ?? '')),
].filter((name) => !variableNames.some((known) => known === name));
const assignments = [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)];
const exampleEnvironment: Environment = Object.fromEntries(
  assignments.map(([, name = '', value = '']) => [name, value] as const),
);
const parsers = {
  parseIngestConfig,
  parseWorkerConfig,
  parseHandlersConfig,
  parseCliConfig,
  parseSinchApiConfig,
  parseSenderConfig,
};

/** Lists the variables that a parser reads. */
function variablesReadBy(parse: (environment: Environment) => unknown): string[] {
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

describe('.env.example', () => {
  it('names every variable once', () => {
    const names = assignments.map(([, name]) => name);
    expect(names).toHaveLength(variableNames.length + composeNames.length);
    expect(new Set(names)).toEqual(new Set([...variableNames, ...composeNames]));
  });

  it('names exactly the variables that are read', () => {
    const read = new Set([...Object.values(parsers).flatMap(variablesReadBy), ...composeNames]);
    expect(read).toEqual(new Set(Object.keys(exampleEnvironment)));
  });

  it.each(Object.entries(parsers))('satisfies %s when uncommented as it is', (_, parse) => {
    expect(parse(exampleEnvironment)).toMatchObject({ kind: 'valid' });
  });

  it('shows the defaults where there are some', () => {
    const { DATABASE_URL, DIRECT_URL, ADMIN_PASSWORD, REDIS_URL, SINCH_WEBHOOK_SECRET } =
      exampleEnvironment;
    const given = { DATABASE_URL, DIRECT_URL, ADMIN_PASSWORD, REDIS_URL, SINCH_WEBHOOK_SECRET };
    expect(parseIngestConfig(exampleEnvironment)).toEqual(parseIngestConfig(given));
    expect(parseWorkerConfig(exampleEnvironment)).toEqual(parseWorkerConfig(given));
  });
});
