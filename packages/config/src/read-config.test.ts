import { expect, it } from 'vitest';
import { parseCliConfig } from './cli-config.ts';
import { parseIngestConfig } from './ingest-config.ts';
import { ConfigError, readConfig } from './read-config.ts';

it('hands out the configuration', () => {
  expect(readConfig(parseIngestConfig, { LOG_LEVEL: 'debug' }).logLevel).toBe('debug');
});

it('stops the boot on a malformed value', () => {
  const environment = { REDIS_URL: 'redis.example:hunter2' };
  expect(() => readConfig(parseCliConfig, environment)).toThrow(ConfigError);
  expect(() => readConfig(parseCliConfig, environment)).toThrow(/^((?!hunter2)[^])*REDIS_URL/);
});
