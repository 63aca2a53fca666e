import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  parseCliConfig,
  parseHandlersConfig,
  parseIngestConfig,
  parseSenderConfig,
  parseSinchApiConfig,
  parseWorkerConfig,
} from '../src/index.ts';
import { variablesReadBy } from './variables-read-by.ts';

const file = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
const { services } = parse(file, { merge: true }) as {
  readonly services: Readonly<
    Record<string, { readonly environment: object; readonly volumes?: readonly string[] }>
  >;
};

const noPooler = 'Postgres has no pooler in front of it';
const notPublished = 'its port is for the health check inside the container alone';

/** What each service reads, and the variables that are left out on purpose. */
const cases = {
  ingest: { parsers: [parseIngestConfig], leftOut: { DIRECT_URL: noPooler } },
  // `docker compose exec worker callbacks …` has the same environment.
  worker: {
    parsers: [parseWorkerConfig, parseSinchApiConfig, parseCliConfig],
    leftOut: {
      DIRECT_URL: noPooler,
      SINCH_WEBHOOK_SECRET: 'ingest alone needs it; a command is given it by exec --env',
      FORWARD_SECRET: 'one command alone needs it, and is given it by exec --env',
    },
  },
  handlers: {
    parsers: [parseHandlersConfig],
    leftOut: {
      HANDLERS_HOST: notPublished,
      HANDLERS_PORT: notPublished,
      HANDLERS_METRICS_TOKEN: notPublished,
      HANDLERS_RELOAD: 'the sources of an image do not change',
    },
  },
  sender: {
    parsers: [parseSenderConfig, parseSinchApiConfig],
    leftOut: {
      SENDER_HOST: notPublished,
      SENDER_PORT: notPublished,
      SENDER_METRICS_TOKEN: notPublished,
    },
  },
} as const;

describe('docker-compose.yml', () => {
  it.each(Object.entries(cases))('gives %s each variable that it reads', (name, given) => {
    const read = new Set(given.parsers.flatMap(variablesReadBy));
    const passed = new Set(Object.keys(services[name]?.environment ?? {}));
    expect([...read].filter((variable) => !passed.has(variable)).toSorted()).toEqual(
      Object.keys(given.leftOut).toSorted(),
    );
  });

  it('keeps the log of erasures in a volume, since the container is read-only', () => {
    const { environment, volumes = [] } = services['worker'] ?? { environment: {} };
    const { ERASURE_LOG: log } = environment as { readonly ERASURE_LOG?: string };
    const folders = volumes.map((volume) => `${volume.split(':')[1]}/`);
    expect(folders.filter((folder) => log?.startsWith(folder))).toHaveLength(1);
  });
});
