import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  parseCliConfig,
  parseHandlersConfig,
  parseIngestConfig,
  parseSenderConfig,
  parseSinchApiConfig,
  parseWorkerConfig,
  variableNames,
} from '../src/index.ts';
import { assignments, exampleEnvironment, variablesReadBy } from './variables-read-by.ts';

const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
/** The variables that only docker-compose.yml reads. */
const composeNames = [
  ...new Set([...compose.matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(([, name]) => name ?? '')),
].filter((name) => !variableNames.some((known) => known === name));
const parsers = {
  parseIngestConfig,
  parseWorkerConfig,
  parseHandlersConfig,
  parseCliConfig,
  parseSinchApiConfig,
  parseSenderConfig,
};

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
    const servers = { DATABASE_URL, DIRECT_URL, REDIS_URL };
    const { ERASURE_LOG } = exampleEnvironment;
    const given = { ...servers, ADMIN_PASSWORD, SINCH_WEBHOOK_SECRET, ERASURE_LOG };
    expect(parseIngestConfig(exampleEnvironment)).toEqual(parseIngestConfig(given));
    expect(parseWorkerConfig(exampleEnvironment)).toEqual(parseWorkerConfig(given));
  });
});
